import type { JobRef } from '../lib/events.ts';
import type { PlannedJob, Stage } from '../pipeline/model.ts';
import { evaluateFlag, type Scope } from './evaluate.ts';
import { type Halt, haltText } from './halt.ts';
import { type JobRequest, performSteps } from './job.ts';
import { performNested } from './nested.ts';
import type { Frame, JobEnd } from './state.ts';
import { eventError, isUnreachable } from './step-error.ts';

/** One job of a stage, with what its stage knows. */
export type Cell = {
  readonly frame: Frame;
  readonly stage: Stage;
  /** The stage's name in events, with the path to it. */
  readonly title: string;
  readonly job: PlannedJob;
  readonly scope: Scope;
  readonly strategy: Readonly<Record<string, unknown>>;
  readonly halt: Halt;
  /** True where failed hosts take part too: `finally`, `always()`, `failure()`. */
  readonly withFailedHosts: boolean;
};

/** Performs a job from its contexts to its end, and tells of both. Never throws. */
export async function performCell(cell: Cell): Promise<JobEnd> {
  const { run } = cell.frame;
  const ref = jobRef(cell);
  const lost = lostReason(cell, ref.host);
  if (lost !== undefined) return skipCell(cell, lost);
  if (isNested(cell)) return timed(cell, ref);
  return run.slots.run(async () => {
    if (cell.halt.soft.aborted && !cell.withFailedHosts) return skipCell(cell, haltText(cell.halt.soft));
    const late = lostReason(cell, ref.host);
    return late === undefined ? timed(cell, ref) : skipCell(cell, late);
  });
}

/** Tells that a job is not performed, and why. */
export function skipCell(cell: Cell, reason: string): JobEnd {
  const end: JobEnd = { outcome: 'skipped', conclusion: 'skipped', outputs: {}, reason };
  cell.frame.run.ports.emit({
    type: 'job.finished',
    outcome: 'skipped',
    conclusion: 'skipped',
    reason,
    durationMs: 0,
    ...jobRef(cell),
  });
  return end;
}

function isNested(cell: Cell): boolean {
  return cell.stage.body.kind === 'pipeline';
}

function jobRef({ frame, title, job }: Cell): JobRef {
  return jobRefOf(frame, title, job);
}

/** What a job is called in events; host and service of the job that uses its pipeline are its own where it has none. */
export function jobRefOf(frame: Frame, title: string, job: PlannedJob): JobRef {
  const host = job.host ?? frame.caller.host;
  const service = job.service ?? frame.caller.service;
  return {
    stage: title,
    job: job.key === '' ? title : `${title}[${job.key}]`,
    ...(host !== undefined && { host }),
    ...(service !== undefined && { service }),
    ...(job.matrix && { matrix: job.matrix }),
  };
}

function lostReason({ frame, withFailedHosts }: Cell, host: string | undefined): string | undefined {
  const lost = host === undefined ? undefined : frame.run.lostHosts.get(host);
  if (!lost || (withFailedHosts && !lost.unreachable)) return undefined;
  return `${host} left the run: ${lost.reason}`;
}

async function timed(cell: Cell, ref: JobRef): Promise<JobEnd> {
  const { run } = cell.frame;
  const started = run.ports.clock.now();
  run.ports.emit({ type: 'job.started', ...ref });
  const end = await guarded(cell, ref);
  leaveRun(cell, ref, end);
  run.ports.emit({
    type: 'job.finished',
    outcome: end.outcome,
    conclusion: end.conclusion,
    durationMs: run.ports.clock.now() - started,
    ...(end.reason !== undefined && { reason: end.reason }),
    ...(end.unreachable && { unreachable: true }),
    ...ref,
  });
  return end;
}

async function guarded(cell: Cell, ref: JobRef): Promise<JobEnd> {
  try {
    const request = await requestOf(cell, ref);
    const { body } = cell.stage;
    const end =
      body.kind === 'steps' ? await performSteps(request, body.steps) : await performNested(request, body);
    return concluded(request, end);
  } catch (error) {
    const unreachable = isUnreachable(error);
    const { message, hint } = eventError(error);
    const reason = hint === undefined ? message : `${message} (${hint})`;
    return {
      outcome: 'failure',
      conclusion: 'failure',
      outputs: {},
      reason,
      ...(unreachable && { unreachable }),
    };
  }
}

/** What a job's parts are given: the stage's contexts and those that hang on its host and service. */
export async function requestOf(cell: Cell, ref: JobRef): Promise<JobRequest> {
  const { frame, stage, job, scope, strategy, halt } = cell;
  const more = await frame.run.ports.contextsFor({ host: ref.host, service: ref.service });
  const contexts = {
    ...scope.contexts,
    ...more,
    matrix: job.matrix ?? {},
    strategy,
    stage: { id: stage.id, name: cell.title, key: job.key },
  };
  return { frame, stage, job, ref, halt, scope: { contexts, status: 'success' } };
}

/** `continue-on-error` of a stage changes the conclusion of its jobs, never their outcome. */
function concluded({ frame, stage, scope }: JobRequest, end: JobEnd): JobEnd {
  if (end.outcome !== 'failure') return end;
  const options = { scope, fallback: false };
  const goesOn = evaluateFlag(frame.run.ports.evaluate, stage.continueOnError, options);
  return goesOn ? { ...end, conclusion: 'success' } : end;
}

/** A host whose job failed takes no part in what comes later. */
function leaveRun({ frame, title }: Cell, ref: JobRef, end: JobEnd): void {
  if (end.conclusion !== 'failure') return;
  frame.run.failures += 1;
  if (ref.host === undefined || frame.run.lostHosts.has(ref.host)) return;
  const unreachable = end.unreachable === true;
  const reason = unreachable ? 'it could not be reached' : `${title} failed on it`;
  frame.run.lostHosts.set(ref.host, { reason, unreachable });
}
