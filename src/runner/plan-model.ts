import type { Change } from '../lib/change.ts';
import type { EventError, JobRef } from '../lib/events.ts';

/** What a run would do, found without doing any of it. */
export type PlanReport = {
  readonly pipeline: string;
  readonly site?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly stages: readonly StageForecast[];
  /** True if something would change for certain, or a script says that it might. */
  readonly drift: boolean;
  readonly changes: number;
  /** Hosts that could not be asked. */
  readonly unreachable: readonly string[];
};

/** A stage with the jobs it would have; `after` where they are known only once other stages have ended. */
export type StageForecast = {
  readonly stage: string;
  readonly name: string;
  readonly skipped?: string;
  readonly after?: readonly string[];
  readonly error?: EventError;
  readonly jobs: readonly JobForecast[];
};

export type JobForecast = {
  readonly ref: JobRef;
  readonly steps: readonly StepForecast[];
  readonly error?: EventError;
};

/**
 * What a step would do. `known-after` cannot be told before what it names; `unknown` is a script, whose effect nobody
 * can tell; `none` says why nothing would change.
 */
export type StepForecast = {
  readonly step: string;
  readonly name: string;
  readonly forecast:
    | { readonly kind: 'changes'; readonly changes: readonly Change[]; readonly deferred?: string }
    | { readonly kind: 'none'; readonly because: string }
    | { readonly kind: 'known-after'; readonly after: string }
    | { readonly kind: 'unknown'; readonly mayChange: boolean }
    | { readonly kind: 'skipped'; readonly because: string }
    | { readonly kind: 'error'; readonly error: EventError };
};
