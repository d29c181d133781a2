/** Performs a run plan: scheduling, steps, cancellation, locks, the run record. */
export type * from './ports.ts';
