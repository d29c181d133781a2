import { type Problem, problem } from '../lib/errors.ts';
import type { Pipeline, Stage, Step } from './model.ts';
import type { ActionInfo } from './uses.ts';

type Scope = { readonly host: boolean; readonly service: boolean };

const hints = { host: 'give the stage "hosts:"', service: 'give the stage "services:"' } as const;

/**
 * Built-in actions that need a host or a service where no stage gives one: E_PIPELINE_SCOPE. Only for a pipeline that is
 * run by itself; what a file for callers gets is known when one of them is checked.
 */
export function checkScopes(
  pipeline: Pipeline,
  actions: ReadonlyMap<string, ActionInfo>,
): readonly Problem[] {
  if (!pipeline.startedBy.includes('dispatch') || pipeline.startedBy.includes('call')) return [];
  const found = new Map<string, Problem>();
  const walkPipeline = (one: Pipeline, scope: Scope): void => {
    for (const stage of one.stages) walkStage(stage, scope);
  };
  const walkStage = (stage: Stage, outer: Scope): void => {
    const scope = {
      host: outer.host || stage.hosts !== undefined,
      service: outer.service || stage.services !== undefined,
    };
    if (stage.body.kind === 'pipeline') walkPipeline(stage.body.pipeline, scope);
    else walkSteps(stage.body.steps, scope);
  };
  const walkSteps = (steps: readonly Step[], scope: Scope): void => {
    for (const step of steps) {
      if (step.body.kind === 'composite') walkSteps(step.body.action.steps, scope);
      if (step.body.kind !== 'action') continue;
      for (const need of actions.get(step.body.action)?.needs ?? []) {
        if (need === 'site' || scope[need] || (need === 'host' && step.delegate)) continue;
        const message = `${step.body.action} needs a ${need}, and this stage has none`;
        const key = `${step.at.file}:${step.at.line}:${step.at.column} ${need}`;
        found.set(key, problem('E_PIPELINE_SCOPE', message, { at: step.at, hint: hints[need] }));
      }
    }
  };
  walkPipeline(pipeline, { host: false, service: false });
  return [...found.values()];
}
