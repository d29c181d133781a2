import { exitCodeOf } from '../lib/error-codes.ts';
import { UserError } from '../lib/errors.ts';
import type { Conclusion } from '../lib/events.ts';
import type { RunPlan } from '../pipeline/model.ts';
import { closeConnections } from './connections.ts';
import { type Halt, rootHalt } from './halt.ts';
import { createLimiter } from './limiter.ts';
import type { Masker } from './masker.ts';
import { outlineStages } from './outline.ts';
import { performPipeline } from './pipeline-run.ts';
import type { HeldLocks, RunPorts } from './ports.ts';
import { createResources } from './resources.ts';
import type { Frame, RunState } from './state.ts';
import { performStep } from './step.ts';

/** What a run is given beside its ports. */
export type RunRequest = {
  readonly plan: RunPlan;
  readonly runId: string;
  readonly masker: Masker;
  /** Contexts that every stage sees: `vars`, `secrets`, `globals`, `groups`, `site`, `run`, `runner`, … */
  readonly contexts: Readonly<Record<string, unknown>>;
  /** The first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The second one. */
  readonly kill?: AbortSignal | undefined;
  /** What the caller has opened already, such as for the locks; closed with the run. */
  readonly resources?: ReturnType<typeof createResources>;
  /** Engines that the run changes, in inventory order: their locks are taken before anything else. */
  readonly lockHosts: readonly string[];
  readonly maxHosts?: number;
  readonly graceMs?: number;
  readonly cancelDeadlineMs?: number;
  /** Where the record is, for reports. */
  readonly directory?: string;
  /** The command that does this again. */
  readonly again?: string;
};

/** How a run ended. `exitCode` is DESIGN.md §7's. */
export type RunEnd = {
  readonly runId: string;
  readonly conclusion: Conclusion;
  readonly exitCode: number;
  readonly changed: number;
  readonly outputs: Readonly<Record<string, string>>;
  /** Hosts that left the run, with why. */
  readonly lostHosts: Readonly<Record<string, { readonly reason: string; readonly unreachable: boolean }>>;
};

/** At most this many jobs with steps run at a time. */
export const defaultMaxHosts = 32;
const defaultGraceMs = 10_000;
const defaultCancelDeadlineMs = 5 * 60_000;

/** Performs a plan. Throws E_LOCK_HELD (and what else taking the locks throws) before anything has begun. */
export async function performRun(request: RunRequest, ports: RunPorts): Promise<RunEnd> {
  const started = ports.clock.now();
  const { signal, kill } = request;
  const locks = await takeLocks(request, ports);
  const run = newState(request, ports, locks);
  const deadlineMs = request.cancelDeadlineMs ?? defaultCancelDeadlineMs;
  const halt = rootHalt({ soft: signal, kill, deadlineMs, clock: ports.clock });
  const tell = () => ports.emit({ type: 'run.cancelling', reason: 'interrupted' });
  signal.addEventListener('abort', tell, { once: true });
  tellStart(request, ports);
  try {
    const end = await performPipeline(rootFrame(run, request, halt));
    const exitCode = exitCodeFor(run, end.conclusion, signal.aborted);
    const ended = { runId: run.runId, conclusion: end.conclusion, exitCode, changed: run.changed };
    ports.emit({ type: 'run.finished', ...ended, durationMs: ports.clock.now() - started });
    return { ...ended, outputs: end.outputs, lostHosts: Object.fromEntries(run.lostHosts) };
  } finally {
    signal.removeEventListener('abort', tell);
    halt.end();
    await locks?.release();
    await run.resources.closeAll();
    await closeConnections(run);
  }
}

function tellStart({ plan, runId, directory, again }: RunRequest, { emit, site }: RunPorts): void {
  emit({
    type: 'run.started',
    runId,
    pipeline: plan.pipeline.name,
    ...(site && { site: site.name }),
    stages: outlineStages(plan),
    ...(directory !== undefined && { directory }),
    ...(again !== undefined && { again }),
  });
}

/** The frame of a run's own pipeline. */
export function rootFrame(run: RunState, { plan, contexts }: RunRequest, halt: Halt): Frame {
  return { run, plan, path: '', contexts: { ...contexts, inputs: plan.inputs }, caller: {}, halt, depth: 0 };
}

async function takeLocks(request: RunRequest, ports: RunPorts): Promise<HeldLocks | undefined> {
  if (request.lockHosts.length === 0 || !ports.locks) return undefined;
  return ports.locks.acquire(request.lockHosts, request.signal);
}

/** The state that the parts of a run share, before it begins. */
export function newState(request: RunRequest, ports: RunPorts, locks: HeldLocks | undefined): RunState {
  const lostHosts = new Map(
    [...(locks?.unreachable ?? [])].map(([host, error]) => [
      host,
      { reason: `its engine could not be reached: ${error.message}`, unreachable: true },
    ]),
  );
  return {
    ports,
    parts: { performStep, performPipeline },
    runId: request.runId,
    masker: request.masker,
    resources: request.resources ?? createResources(),
    slots: createLimiter(request.maxHosts ?? defaultMaxHosts),
    locks,
    lostHosts,
    connections: new Map(),
    graceMs: request.graceMs ?? defaultGraceMs,
    changed: 0,
    failures: lostHosts.size,
    labels: 0,
  };
}

function exitCodeFor(run: RunState, conclusion: Conclusion, interrupted: boolean): number {
  if (interrupted && conclusion !== 'success') return exitCodeOf('E_INTERRUPTED');
  const lost = [...run.lostHosts.values()];
  if (lost.some((one) => one.unreachable)) return exitCodeOf('E_HOST_UNREACHABLE');
  return conclusion === 'failure' || conclusion === 'cancelled' || lost.length > 0 ? 1 : 0;
}

/** A run that has nothing to do is a mistake in its choice, not a success. Throws E_RUN_EMPTY. */
export function refuseEmpty(plan: RunPlan, choice: string): void {
  const empty = plan.stages.every(({ jobs }) => 'known' in jobs && jobs.known.length === 0);
  if (plan.stages.length > 0 && empty) {
    throw new UserError('E_RUN_EMPTY', `nothing of ${plan.pipeline.name} is chosen by ${choice}`);
  }
}
