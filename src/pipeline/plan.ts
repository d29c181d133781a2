import { compileTemplate, evaluateText } from '../expressions/index.ts';
import { UserError } from '../lib/errors.ts';
import { orderByNeeds } from './graph.ts';
import type { Pipeline, PlannedJob, PlannedStage, PlanningWorld, RunPlan, Stage } from './model.ts';
import { planCells } from './plan-cells.ts';
import { planInputs } from './plan-inputs.ts';
import { type Knowledge, missing, planScope, type Wait } from './plan-scope.ts';
import { evaluateWith } from './plan-with.ts';

/** How many jobs a stage may have. */
export const jobLimit = 10_000;

/**
 * Unfolds a pipeline: its inputs converted and checked, its stages in an order in which each comes after what it needs
 * (`finally` ones last), each with its jobs as far as they can be known. Throws ProblemsError (E_INPUT_*) and UserError
 * (E_PIPELINE_*, E_EXPRESSION_*, what `selectHosts` throws), all with the place.
 */
export function planPipeline(
  pipeline: Pipeline,
  given: Readonly<Record<string, unknown>>,
  world: PlanningWorld,
): RunPlan {
  const inputs = planInputs(pipeline, given);
  const knowledge: Knowledge = { world, contexts: { ...world.contexts, inputs } };
  const byId = new Map(pipeline.stages.map((stage) => [stage.id, stage]));
  const ordered = orderByNeeds(pipeline.stages).flatMap((id) => byId.get(id) ?? []);
  const sorted = [...ordered.filter((one) => !one.finally), ...ordered.filter((one) => one.finally)];
  return { pipeline, inputs, stages: sorted.map((stage) => planStage(stage, knowledge)) };
}

/**
 * The jobs of a stage whose axes depend on stages that have ended by now: `scope` holds the contexts that the stage
 * sees, `needs`, `stages` and `inputs` among them. Throws as `planPipeline`.
 */
export function planJobs(
  stage: Stage,
  scope: { readonly contexts: Readonly<Record<string, unknown>> },
  world: PlanningWorld,
): readonly PlannedJob[] {
  return cellsWithInner(stage, { world, contexts: { ...world.contexts, ...scope.contexts }, running: true });
}

function planStage(stage: Stage, knowledge: Knowledge): PlannedStage {
  const title = titleOf(stage, knowledge);
  const waits = waitsOf(stage, knowledge);
  if (waits.length > 0) {
    const named = waits.flatMap((wait) => wait.stages);
    const after = named.includes('*') ? stage.needs : [...new Set(named)];
    return { stage, title, jobs: { after } };
  }
  return { stage, title, jobs: { known: cellsWithInner(stage, knowledge) } };
}

function waitsOf(stage: Stage, knowledge: Knowledge): readonly Wait[] {
  const ownService = stage.services !== undefined && knowledge.world.cellContexts !== undefined;
  return [stage.hosts, stage.services, stage.matrix, stage.order].flatMap((template) => {
    const waits = template ? missing(template, knowledge) : [];
    return template === stage.hosts && ownService
      ? waits.filter((wait) => wait.context !== 'service')
      : waits;
  });
}

function cellsWithInner(stage: Stage, knowledge: Knowledge): readonly PlannedJob[] {
  const cells = planCells(stage, knowledge);
  if (cells.length > jobLimit) {
    const message = `the stage "${stage.id}" would have ${cells.length} jobs, more than ${jobLimit}`;
    throw new UserError('E_PIPELINE_LIMIT', message, { at: stage.at });
  }
  const { body } = stage;
  if (body.kind === 'steps') return cells;
  return cells.map((cell) => {
    const given = evaluateWith(body.with, cell, knowledge);
    if (!given) return cell;
    const { world } = knowledge;
    const contexts = { ...world.contexts, ...given.contexts };
    return { ...cell, inner: planPipeline(body.pipeline, given.values, { ...world, contexts }) };
  });
}

function titleOf(stage: Stage, knowledge: Knowledge): string {
  if (!stage.name || missing(stage.name, knowledge).length > 0) return stage.id;
  return evaluateText(compileTemplate(stage.name.node).compiled, planScope(knowledge)) || stage.id;
}
