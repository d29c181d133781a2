import type { PlannedJob, PlannedStage, RunPlan } from '../pipeline/model.ts';
import { jobRefOf, requestOf } from './cell.ts';
import { closeConnections } from './connections.ts';
import { evaluateEnv, type Scope } from './evaluate.ts';
import { newHolder } from './job.ts';
import { nestedFrame } from './nested.ts';
import type { JobForecast, PlanReport, StageForecast, StepForecast } from './plan-model.ts';
import { planSteps } from './plan-steps.ts';
import type { RunPorts } from './ports.ts';
import { newState, type RunRequest, rootFrame } from './run.ts';
import type { Frame } from './state.ts';
import { eventError, isUnreachable } from './step-error.ts';
import { knownAfter, unknownValue } from './unknown.ts';

/**
 * Finds out what a run would do: every stage, job and step in order, each action asked for its plan. Reads only; no
 * lock is taken. What depends on something that has not run is `known-after`.
 */
export async function planRun(request: RunRequest, ports: RunPorts): Promise<PlanReport> {
  const run = newState(request, { ...ports, emit: () => undefined }, undefined);
  const { plan, signal } = request;
  const frame = rootFrame(run, request, { soft: signal, hard: signal });
  const unreachable = new Set<string>();
  try {
    const stages = await planFrame(frame, unreachable);
    return reportOf(plan, ports, stages, unreachable);
  } finally {
    await run.resources.closeAll();
    await closeConnections(run);
  }
}

function reportOf(
  plan: RunPlan,
  ports: RunPorts,
  stages: readonly StageForecast[],
  unreachable: ReadonlySet<string>,
): PlanReport {
  const steps = stages.flatMap((stage) => stage.jobs.flatMap((job) => job.steps));
  const changes = steps.reduce(
    (sum, { forecast }) => sum + (forecast.kind === 'changes' ? forecast.changes.length : 0),
    0,
  );
  const mayChange = steps.some(({ forecast }) => forecast.kind === 'unknown' && forecast.mayChange);
  return {
    pipeline: plan.pipeline.name,
    ...(ports.site && { site: ports.site.name }),
    inputs: plan.inputs,
    stages,
    drift: changes > 0 || mayChange,
    changes,
    unreachable: [...unreachable],
  };
}

/** The stages of a frame, those of the pipelines that its jobs use among them, in the order of the file. */
async function planFrame(frame: Frame, unreachable: Set<string>): Promise<readonly StageForecast[]> {
  const stages: StageForecast[] = [];
  for (const planned of frame.plan.stages) stages.push(...(await planStage(frame, planned, unreachable)));
  return stages;
}

async function planStage(
  frame: Frame,
  planned: PlannedStage,
  unreachable: Set<string>,
): Promise<readonly StageForecast[]> {
  const { stage } = planned;
  const own = { stage: `${frame.path}${stage.id}`, name: planned.title, jobs: [] };
  try {
    const scope = forecastScope(frame, planned);
    if (!(stage.finally && !stage.if) && !frame.run.ports.evaluate.condition(stage.if, scope)) {
      return [{ ...own, skipped: `if: ${stage.if?.text.trim() ?? ''} is false` }];
    }
    const jobs = 'known' in planned.jobs ? planned.jobs.known : frame.run.ports.planJobs(stage, scope);
    return await planJobs(frame, { planned, jobs, scope, unreachable });
  } catch (error) {
    const after = knownAfter(error);
    if (after !== undefined) return [{ ...own, after: [after] }];
    if ('after' in planned.jobs) return [{ ...own, after: planned.jobs.after }];
    return [{ ...own, error: eventError(error) }];
  }
}

function forecastScope(frame: Frame, { stage }: PlannedStage): Scope {
  const { evaluate } = frame.run.ports;
  const ends = Object.fromEntries(
    frame.plan.stages.map(({ stage: { id } }) => [
      id,
      { result: 'success', outputs: unknownValue(`the stage ${id}`), hosts: unknownValue(`the stage ${id}`) },
    ]),
  );
  const needs = Object.fromEntries(stage.needs.map((id) => [id, ends[id]]));
  const contexts = { ...frame.contexts, needs, stages: ends, jobs: ends };
  const env = evaluateEnv(evaluate, frame.plan.pipeline.env, {
    contexts: { ...contexts, env: {} },
    status: 'success',
  });
  return { contexts: { ...contexts, env }, status: 'success' };
}

type JobsRequest = {
  readonly planned: PlannedStage;
  readonly jobs: readonly PlannedJob[];
  readonly scope: Scope;
  readonly unreachable: Set<string>;
};

async function planJobs(frame: Frame, request: JobsRequest): Promise<readonly StageForecast[]> {
  const { planned, jobs, unreachable } = request;
  const own = { stage: `${frame.path}${planned.stage.id}`, name: planned.title };
  const results = await Promise.all(jobs.map((job) => planJob(frame, job, request)));
  for (const { job } of results) {
    if (job.error && job.ref.host !== undefined && job.error.code === 'E_HOST_UNREACHABLE')
      unreachable.add(job.ref.host);
  }
  const steps = results.map(({ job }) => job).filter((job) => job.steps.length > 0 || job.error);
  return [{ ...own, jobs: steps }, ...results.flatMap(({ stages }) => stages)];
}

type JobPlanned = { readonly job: JobForecast; readonly stages: readonly StageForecast[] };

async function planJob(
  frame: Frame,
  job: PlannedJob,
  { planned, jobs, scope, unreachable }: JobsRequest,
): Promise<JobPlanned> {
  const { stage } = planned;
  const { run } = frame;
  const title = `${frame.path}${stage.id}`;
  const ref = jobRefOf(frame, title, job);
  try {
    const strategy = { 'job-index': jobs.indexOf(job), 'job-total': jobs.length };
    const cell = { frame, stage, title, job, scope, strategy, halt: frame.halt, withFailedHosts: false };
    const request = await requestOf(cell, ref);
    if (stage.body.kind === 'pipeline') {
      const nested = nestedFrame(request, stage.body);
      return { job: { ref, steps: [] }, stages: await planFrame(nested, unreachable) };
    }
    const steps = await run.slots.run(() =>
      planSteps(newHolder(request), stage.body.kind === 'steps' ? stage.body.steps : []),
    );
    noteUnreachable(steps, ref.host, unreachable);
    return { job: { ref, steps }, stages: [] };
  } catch (error) {
    const after = knownAfter(error);
    if (isUnreachable(error) && ref.host !== undefined) unreachable.add(ref.host);
    if (after === undefined) return { job: { ref, steps: [], error: eventError(error) }, stages: [] };
    const step: StepForecast = { step: '*', name: 'all steps', forecast: { kind: 'known-after', after } };
    return { job: { ref, steps: [step] }, stages: [] };
  }
}

function noteUnreachable(
  steps: readonly StepForecast[],
  host: string | undefined,
  unreachable: Set<string>,
): void {
  const codes = new Set(['E_HOST_UNREACHABLE', 'E_ENGINE_UNREACHABLE']);
  const failed = steps.some(
    ({ forecast }) => forecast.kind === 'error' && codes.has(forecast.error.code ?? ''),
  );
  if (failed && host !== undefined) unreachable.add(host);
}
