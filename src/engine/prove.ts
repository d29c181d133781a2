import type { Clock } from '../lib/clock.ts';
import type { ContainerState, Engine } from './port.ts';

/** What a container has shown: it is healthy (or kept running where it has no check), or why not. */
export type Proof =
  | { readonly proven: true }
  | {
      readonly proven: false;
      /** To go after "it": `ended with exit code 1`. */
      readonly reason: string;
      readonly exitCode?: number;
      /** The last lines of its log. */
      readonly log: readonly string[];
    };

export type ProveOptions = {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly progress?: (text: string) => void;
};

/** How long a container without a health check must keep running. */
const stableMs = 3_000;
/** A container that ended this often while it was watched is in a crash loop. */
const restartLimit = 5;
const exitCodePatienceMs = 10_000;
const pollMs = 250;

/**
 * Watches a started container until it is healthy, or, where it has no health check, until it kept running for a
 * while without a restart. A crash loop is looked at until its exit code is seen.
 */
export async function proveContainer(
  engine: Engine,
  container: string,
  options: ProveOptions,
): Promise<Proof> {
  const watch = newWatch(options.clock.now(), Math.min(stableMs, options.timeoutMs));
  const until = options.clock.now() + options.timeoutMs;
  for (;;) {
    const state = await engine.inspectContainer(container);
    if (!state) return { proven: false, reason: 'was removed by somebody else', log: [] };
    const verdict = judge(watch, state, options.clock.now());
    if (verdict === 'proven') return { proven: true };
    if (verdict !== 'undecided') return failed(engine, state, { watch, reason: verdict, options });
    if (options.clock.now() >= until) {
      return failed(engine, state, { watch, reason: timeOutReason(state, options.timeoutMs), options });
    }
    tell(watch, state, options);
    await options.clock.sleep(pollMs, options.signal);
  }
}

/** The last lines of a container's log; none where it has no readable log. */
export async function logTail(engine: Engine, container: string, lines: number): Promise<string[]> {
  const chunks: Buffer[] = [];
  try {
    await engine.readLogs(container, { tail: lines, output: (_stream, chunk) => chunks.push(chunk) });
  } catch {
    return [];
  }
  const text = Buffer.concat(chunks).toString('utf8').trimEnd();
  return text === '' ? [] : text.split(/\r?\n/).slice(-lines);
}

type Watch = {
  readonly stableMs: number;
  startedAt: string;
  steadySinceMs: number;
  firstRestartCount: number | undefined;
  exitCode: number | undefined;
  toldAtMs: number;
};

function newWatch(now: number, windowMs: number): Watch {
  return {
    stableMs: windowMs,
    startedAt: '',
    steadySinceMs: now,
    firstRestartCount: undefined,
    exitCode: undefined,
    toldAtMs: now,
  };
}

/** `proven`, `undecided`, or the reason of a failure. Keeps in `watch` what was seen. */
function judge(watch: Watch, state: ContainerState, now: number): string {
  watch.firstRestartCount ??= state.restartCount;
  const restarts = state.restartCount - watch.firstRestartCount;
  if (state.status === 'exited' || state.status === 'dead' || state.status === 'restarting') {
    watch.exitCode = state.exitCode;
    watch.startedAt = '';
    if (state.status !== 'restarting') return endReason(state);
  }
  if (restarts >= restartLimit) return `ended and was restarted ${restarts} times`;
  if (state.status === 'created') return state.error === '' ? 'undecided' : `did not start: ${state.error}`;
  if (state.status !== 'running') return 'undecided';
  if (state.startedAt !== watch.startedAt) {
    watch.startedAt = state.startedAt;
    watch.steadySinceMs = now;
  }
  if (state.health === 'healthy') return 'proven';
  return state.health === 'none' && now - watch.steadySinceMs >= watch.stableMs ? 'proven' : 'undecided';
}

function endReason(state: ContainerState): string {
  const memory = state.outOfMemory ? ' (out of memory)' : '';
  const error = state.error === '' ? '' : `: ${state.error}`;
  return `ended with exit code ${state.exitCode}${memory}${error}`;
}

function timeOutReason(state: ContainerState, timeoutMs: number): string {
  const after = `within ${Math.round(timeoutMs / 1000)} s`;
  if (state.status !== 'running' || state.health === 'none') return `did not keep running ${after}`;
  const output =
    state.healthOutput === undefined ? '' : `; its last check printed: ${state.healthOutput.slice(-300)}`;
  return `did not become healthy ${after}${output}`;
}

type Failure = { readonly watch: Watch; readonly reason: string; readonly options: ProveOptions };

async function failed(engine: Engine, state: ContainerState, failure: Failure): Promise<Proof> {
  const { watch, options } = failure;
  const isLooping = state.restartCount > (watch.firstRestartCount ?? 0) || state.status === 'restarting';
  const exitCode =
    watch.exitCode ?? (isLooping ? await waitForExitCode(engine, state.id, options) : undefined);
  const log = await logTail(engine, state.id, 20);
  const named = exitCode === undefined || failure.reason.includes('exit code');
  const reason = named ? failure.reason : `${failure.reason}; its exit code was ${exitCode}`;
  return { proven: false, reason, log, ...(exitCode !== undefined && { exitCode }) };
}

/** The code shows only between an end and the next start. */
async function waitForExitCode(
  engine: Engine,
  id: string,
  options: ProveOptions,
): Promise<number | undefined> {
  const until = options.clock.now() + exitCodePatienceMs;
  while (options.clock.now() < until) {
    const state = await engine.inspectContainer(id);
    if (!state) return undefined;
    if (state.status !== 'running') return state.exitCode;
    await options.clock.sleep(pollMs / 4, options.signal);
  }
  return undefined;
}

function tell(watch: Watch, state: ContainerState, options: ProveOptions): void {
  const now = options.clock.now();
  if (now - watch.toldAtMs < 10_000) return;
  watch.toldAtMs = now;
  options.progress?.(
    `still waiting for ${state.name}: ${state.health === 'none' ? state.status : state.health}`,
  );
}
