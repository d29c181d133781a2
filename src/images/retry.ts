import type { Clock } from '../lib/clock.ts';
import { isTransient } from './transient.ts';

/** Waits before the second and the third attempt. */
export const backoffMs = [2_000, 8_000] as const;

export type RetryOptions = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What the failed attempt printed last. */
  readonly tail: () => readonly string[];
  readonly retrying?: (attempt: number, delayMs: number, error: unknown) => void;
};

/** Tries again, twice at most, after failures that may pass; others are thrown at once. */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      options.signal.throwIfAborted();
      const delayMs = backoffMs[tried];
      if (delayMs === undefined || !isTransient(error, options.tail())) throw error;
      options.retrying?.(tried + 2, delayMs, error);
      await options.clock.sleep(delayMs, options.signal);
    }
  }
}
