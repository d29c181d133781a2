import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** A clock on which a second takes a millisecond: timeouts and delays are real, tests do not wait. */
export function scaledClock(scale = 1000): Clock {
  const started = performance.now();
  return {
    now: () => 1_700_000_000_000 + Math.round((performance.now() - started) * scale),
    sleep: (ms, signal) => systemClock.sleep(ms / scale, signal),
  };
}
