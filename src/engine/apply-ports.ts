import type { Change } from '../lib/change.ts';
import type { Clock } from '../lib/clock.ts';

/** What performing a plan may use. */
export type ApplyPorts = {
  readonly clock: Clock;
  /** Heeded up to the moment when something that serves is touched; from there a swap goes on to its end. */
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  /** Told of a change once it is made. */
  readonly applied: (change: Change) => void;
  /** What programs in containers print: validators, one-shots. */
  readonly output?: (stream: 'stdout' | 'stderr', text: string) => void;
  /** Throws E_LOCK_LOST when the run may not change this host any more. Asked before changes. */
  readonly guard?: () => Promise<void>;
  /** Takes the container's server out of its load balancer before it stops, and back in once it is proven. */
  readonly drain?: () => Promise<void>;
  readonly undrain?: () => Promise<void>;
};

/** What came of a plan. */
export type Applied = { readonly changed: boolean };
