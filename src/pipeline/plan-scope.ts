import { compileTemplate, dependenciesOf, evaluateTemplate, type Scope } from '../expressions/index.ts';
import type { PlanningWorld, Template } from './model.ts';

/** What is known while planning: the world, and the contexts at this place. */
export type Knowledge = {
  readonly world: PlanningWorld;
  readonly contexts: Readonly<Record<string, unknown>>;
  /** True while a run asks: then nothing more will be known later. */
  readonly running?: boolean;
};

/** Why a template can not be evaluated yet: `stages` are those that must end (`*`: all that are needed). */
export type Wait = { readonly context: string; readonly stages: readonly string[] };

/** Contexts that exist only while a run is under way. */
const late = [
  'needs',
  'stages',
  'jobs',
  'steps',
  'env',
  'job',
  'runner',
  'secrets',
  'host',
  'service',
  'stage',
  'matrix',
];

/** What a template reads that is not known yet; empty where it can be evaluated now. */
export function missing(template: Template, { contexts, running }: Knowledge): readonly Wait[] {
  if (running) return [];
  return dependenciesOf(compileTemplate(template.node).compiled).flatMap(([name = '', next]): Wait[] => {
    const context = name.toLowerCase();
    if (!late.includes(context) || contexts[context] !== undefined) return [];
    const isStage = context === 'needs' || context === 'stages' || context === 'jobs';
    return [{ context, stages: isStage ? [next ?? '*'] : [] }];
  });
}

/** True if a template reads a context. */
export function readsContext(template: Template, context: string): boolean {
  const paths = dependenciesOf(compileTemplate(template.node).compiled);
  return paths.some(([name]) => name?.toLowerCase() === context);
}

/** What expressions see while planning. */
export function planScope({ world, contexts }: Knowledge): Scope {
  return { contexts, ...(world.functions && { functions: world.functions }) };
}

/** The value of a template, with its place where it fails. */
export function planValue(template: Template, knowledge: Knowledge): unknown {
  return evaluateTemplate(compileTemplate(template.node).compiled, planScope(knowledge));
}
