import type { Clock } from '../../src/lib/clock.ts';

/** A clock that stands still but for those who sleep on it: nobody waits. */
export function manualClock(startMs = 1_700_000_000_000): Clock & { advance: (ms: number) => void } {
  let now = startMs;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}
