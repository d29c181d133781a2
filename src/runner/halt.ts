import { setMaxListeners } from 'node:events';
import type { Clock } from '../lib/clock.ts';

/**
 * How something is told to stop. `soft`: end what runs, start only what says `always()` or `cancelled()`. `hard`: end
 * everything now; it never comes before `soft`. A container swap that has begun heeds neither.
 */
export type Halt = { readonly soft: AbortSignal; readonly hard: AbortSignal };

/** Why a part of a run was told to stop; the reason of a `soft` signal. */
export class HaltReason extends Error {
  readonly kind: 'cancelled' | 'timeout' | 'fail-fast';

  constructor(kind: HaltReason['kind'], message: string) {
    super(message);
    this.name = 'HaltReason';
    this.kind = kind;
  }
}

/** A part of a run that can be stopped by itself too. */
export function branchHalt(parent: Halt): Halt & { readonly stop: (reason: HaltReason) => void } {
  const own = new AbortController();
  return {
    soft: shared(AbortSignal.any([parent.soft, own.signal])),
    hard: parent.hard,
    stop: (reason) => own.abort(reason),
  };
}

/** The halt of a run: `hard` follows `soft` after `deadlineMs`, or at once by `kill`. */
export function rootHalt(options: {
  readonly soft: AbortSignal;
  readonly kill?: AbortSignal | undefined;
  readonly deadlineMs: number;
  readonly clock: Clock;
}): Halt & { readonly end: () => void } {
  const { soft, kill, deadlineMs, clock } = options;
  const hard = new AbortController();
  const ended = new AbortController();
  const late = () => {
    clock
      .sleep(deadlineMs, ended.signal)
      .then(() =>
        hard.abort(new HaltReason('cancelled', `not ended ${deadlineMs / 1000} s after cancelling`)),
      )
      .catch(() => undefined);
  };
  const now = () => hard.abort(kill?.reason);
  if (soft.aborted) late();
  else soft.addEventListener('abort', late, { once: true });
  if (kill?.aborted) now();
  else kill?.addEventListener('abort', now, { once: true });
  return {
    soft: shared(AbortSignal.any([shared(soft), hard.signal])),
    hard: shared(hard.signal),
    end: () => {
      ended.abort();
      soft.removeEventListener('abort', late);
      kill?.removeEventListener('abort', now);
    },
  };
}

/** Every job and step listens to the same few signals: that is no leak, so the warning of one is off. */
export function shared(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/** What a stopped part says of itself. */
export function haltText(signal: AbortSignal): string {
  const reason: unknown = signal.reason;
  return reason instanceof HaltReason ? reason.message : 'the run was cancelled';
}

/** The status of a part by its halt alone: a timeout is a failure, all else a cancellation. */
export function haltStatus(signal: AbortSignal): 'failure' | 'cancelled' | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason instanceof HaltReason && signal.reason.kind === 'timeout' ? 'failure' : 'cancelled';
}

/** Calls `body` at once if the signal is aborted, else when it is; gives the way to forget it. */
export function onAbort(signal: AbortSignal, body: () => void): () => void {
  if (signal.aborted) {
    body();
    return () => undefined;
  }
  signal.addEventListener('abort', body, { once: true });
  return () => signal.removeEventListener('abort', body);
}
