import { UserError } from '../lib/errors.ts';
import type { Conclusion } from '../lib/events.ts';
import type { PlannedJob, PlannedStage, Stage } from '../pipeline/model.ts';
import { allowedFailures } from './batches.ts';
import type { Cell } from './cell.ts';
import { performCells, type Spread } from './cells.ts';
import { evaluateEnv, evaluateFlag, type Scope, type Status } from './evaluate.ts';
import { haltStatus, haltText } from './halt.ts';
import type { Frame, JobEnd, StageEnd } from './state.ts';
import { eventError } from './step-error.ts';

/** The ends of the stages before: those it names in `needs`, and all that have ended. */
export type StagesBefore = {
  readonly needs: ReadonlyMap<string, StageEnd>;
  readonly all: ReadonlyMap<string, StageEnd>;
};

/** Performs a stage: its condition, its jobs, its end. Never throws. */
export async function performStage(
  frame: Frame,
  planned: PlannedStage,
  before: StagesBefore,
): Promise<StageEnd> {
  const { clock, emit } = frame.run.ports;
  const { stage } = planned;
  const title = `${frame.path}${stage.id}`;
  const started = clock.now();
  const end = await guarded(frame, planned, before);
  emit({
    type: 'stage.finished',
    stage: title,
    outcome: end.outcome,
    conclusion: end.conclusion,
    ...(end.reason !== undefined && { reason: end.reason }),
    durationMs: clock.now() - started,
  });
  return end;
}

async function guarded(frame: Frame, planned: PlannedStage, before: StagesBefore): Promise<StageEnd> {
  const lineage = worst([...before.needs.values()].map((end) => end.lineage));
  try {
    const { stage } = planned;
    const scope = stageScope(frame, stage, before, lineage);
    if (frame.halt.hard.aborted) return ended('skipped', lineage, haltText(frame.halt.hard));
    if (!goes(frame, stage, scope)) return ended('skipped', lineage, skipReason(stage, scope, before, frame));
    await approve(frame, stage, scope);
    const jobs =
      'known' in planned.jobs ? planned.jobs.known : frame.run.ports.planJobs(stage, planScope(frame, scope));
    return await performJobs(frame, { stage, jobs, scope, lineage });
  } catch (error) {
    const { message, hint } = eventError(error);
    frame.run.failures += 1;
    return ended('failure', 'failure', hint === undefined ? message : `${message} (${hint})`);
  }
}

function planScope(frame: Frame, scope: Scope): Scope {
  return { ...scope, contexts: { ...scope.contexts, inputs: frame.plan.inputs } };
}

function stageScope(frame: Frame, stage: Stage, before: StagesBefore, lineage: Status): Scope {
  const { evaluate } = frame.run.ports;
  const status = haltStatus(frame.halt.soft) ?? lineage;
  const contexts: Record<string, unknown> = {
    ...frame.contexts,
    needs: contextOf(before.needs),
    stages: contextOf(before.all),
    jobs: contextOf(before.all),
  };
  contexts['env'] = evaluateEnv(evaluate, frame.plan.pipeline.env, {
    contexts: { ...contexts, env: {} },
    status,
  });
  if (stage.finally && !stage.if) return { contexts, status: 'success' };
  return { contexts, status };
}

function contextOf(ends: ReadonlyMap<string, StageEnd>): Record<string, unknown> {
  return Object.fromEntries(
    [...ends].map(([id, end]) => [id, { result: end.conclusion, outputs: end.outputs, hosts: end.hosts }]),
  );
}

function goes(frame: Frame, stage: Stage, scope: Scope): boolean {
  if (stage.finally && !stage.if) return true;
  return frame.run.ports.evaluate.condition(stage.if, scope);
}

function skipReason(stage: Stage, scope: Scope, before: StagesBefore, frame: Frame): string {
  if (scope.status === 'cancelled') return haltText(frame.halt.soft);
  const blocker = [...before.needs].find(([, end]) => end.conclusion !== 'success');
  const distant = [...before.needs].find(([, end]) => end.lineage !== 'success');
  if (scope.status !== 'success' && blocker) {
    const [id, end] = blocker;
    return `it needs ${id}, which ${end.conclusion === 'failure' ? 'failed' : `was ${end.conclusion}`}`;
  }
  if (scope.status !== 'success' && distant) return `a stage that ${distant[0]} needs did not succeed`;
  return `if: ${stage.if?.text.trim() ?? 'success()'} is false`;
}

async function approve(frame: Frame, stage: Stage, scope: Scope): Promise<void> {
  if (!stage.approval) return;
  const { evaluate, approve: ask } = frame.run.ports;
  const question = evaluate.text(stage.approval, scope);
  if (question === '' || question === 'false') return;
  const text = question === 'true' ? `go on with ${frame.path}${stage.id}?` : question;
  if (await ask?.(text)) return;
  throw new UserError('E_STAGE_APPROVAL', `${frame.path}${stage.id} was not approved`, {
    at: stage.approval.at,
    hint: ask ? 'it was answered with no' : 'call slipway on a terminal to be asked, or with --approve',
  });
}

type JobsRequest = {
  readonly stage: Stage;
  readonly jobs: readonly PlannedJob[];
  readonly scope: Scope;
  readonly lineage: Status;
};

async function performJobs(frame: Frame, { stage, jobs, scope, lineage }: JobsRequest): Promise<StageEnd> {
  const title = `${frame.path}${stage.id}`;
  frame.run.ports.emit({ type: 'stage.started', stage: title, jobs: jobs.length });
  if (jobs.length === 0) return ended('success', lineage, nothingMatches(stage));
  const spread = spreadOf(frame, stage, jobs, scope);
  const withFailedHosts = stage.finally || /\b(?:failure|always|cancelled)\s*\(/.test(stage.if?.text ?? '');
  const halt =
    withFailedHosts && frame.halt.soft.aborted
      ? { soft: frame.halt.hard, hard: frame.halt.hard }
      : frame.halt;
  const ends = await performCells(jobs, spread, (job, index): Cell => {
    const strategy = {
      'fail-fast': spread.failFast,
      'max-parallel': spread.maxParallel,
      'job-index': index,
      'job-total': jobs.length,
    };
    return { frame, stage, title, job, scope, strategy, halt, withFailedHosts };
  });
  return conclude(jobs, ends, { allowed: spread.allowed, lineage, cancelled: haltStatus(halt.soft) });
}

function nothingMatches(stage: Stage): string {
  if (stage.hosts) return `no host matches "${stage.hosts.text.trim()}"`;
  return stage.services ? `no service matches "${stage.services.text.trim()}"` : 'it has no jobs';
}

function spreadOf(frame: Frame, stage: Stage, jobs: readonly PlannedJob[], scope: Scope): Spread {
  const { evaluate, tolerance } = frame.run.ports;
  const value = (key: 'maxParallel' | 'serial' | 'maxFailures') => {
    const template = stage[key];
    return template && evaluate.value(template, scope);
  };
  const matrixOnly = stage.matrix !== undefined && !stage.hosts && !stage.services;
  const maxParallel = Number(value('maxParallel') ?? jobs.length);
  const given = value('maxFailures');
  const fallback = stage.hosts
    ? (tolerance?.({ host: undefined, service: frame.caller.service }) ?? '10%')
    : 0;
  return {
    maxParallel: maxParallel > 0 ? maxParallel : jobs.length,
    serial: value('serial'),
    failFast: evaluateFlag(evaluate, stage.failFast, { scope, fallback: matrixOnly }),
    allowed: allowedFailures(given ?? fallback, jobs.length, stage.maxFailures?.at),
    stopsEarly: given !== undefined,
  };
}

type Verdict = { readonly allowed: number; readonly lineage: Status; readonly cancelled: Status | undefined };

function conclude(
  jobs: readonly PlannedJob[],
  ends: ReadonlyMap<string, JobEnd>,
  { allowed, lineage, cancelled }: Verdict,
): StageEnd {
  const all = jobs.map((job) => ({ job, end: ends.get(job.key) as JobEnd }));
  const failed = all.filter(({ end }) => end.conclusion === 'failure');
  const outcome = stageOutcome(
    all.map(({ end }) => end),
    failed.length > allowed,
    cancelled,
  );
  const outputs: Record<string, string> = {};
  const hosts: Record<string, { result: Conclusion; outputs: Record<string, string> }> = {};
  for (const { job, end } of all) {
    for (const [name, value] of Object.entries(end.outputs))
      if (value !== '' || !(name in outputs)) outputs[name] = value;
    if (job.host !== undefined) {
      const before = hosts[job.host]?.outputs;
      hosts[job.host] = { result: end.conclusion, outputs: { ...before, ...end.outputs } };
    }
  }
  const reason = stageReason(all, failed, allowed);
  const own = { outcome, conclusion: outcome, outputs, hosts, lineage: worst([lineage, outcome]) };
  return reason === undefined ? own : { ...own, reason };
}

function stageOutcome(ends: readonly JobEnd[], tooMany: boolean, cancelled: Status | undefined): Conclusion {
  if (tooMany) return 'failure';
  const isCut = (end: JobEnd) => end.conclusion === 'cancelled';
  if (ends.some(isCut) || (cancelled !== undefined && ends.some((end) => end.conclusion === 'skipped'))) {
    return cancelled === 'failure' ? 'failure' : 'cancelled';
  }
  return ends.every((end) => end.conclusion === 'skipped') ? 'skipped' : 'success';
}

type Ended = { readonly job: PlannedJob; readonly end: JobEnd };

function stageReason(all: readonly Ended[], failed: readonly Ended[], allowed: number): string | undefined {
  if (failed.length > 0 && failed.length <= allowed) {
    const names = failed.map(({ job }) => job.host ?? job.key).join(', ');
    return `${names} failed; the stage bears ${allowed} of ${all.length}`;
  }
  if (all.length === 1 && failed.length === 0) return all[0]?.end.reason;
  return undefined;
}

function ended(outcome: Conclusion, lineage: Status, reason: string): StageEnd {
  return { outcome, conclusion: outcome, outputs: {}, hosts: {}, lineage: worst([lineage, outcome]), reason };
}

/** The worst of several: a failure, a cancellation, a skip, else success. */
export function worst(all: readonly Status[]): Status {
  const order: readonly Status[] = ['failure', 'cancelled', 'skipped'];
  return order.find((status) => all.includes(status)) ?? 'success';
}
