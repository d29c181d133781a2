import type { z } from 'zod';
import type { Change } from '../lib/change.ts';
import type { Clock } from '../lib/clock.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { Site } from '../site/model.ts';

/**
 * A built-in action (`uses: slipway/NAME`). `plan` has no effect and says what `apply` would do; `apply` does what the
 * plan says and nothing else. Both throw UserError for what a user can mend.
 */
export type Action<I = unknown, P extends ActionPlan = ActionPlan> = {
  readonly name: `slipway/${string}`;
  readonly description: string;
  /** Zod schema of `with:`; unknown keys are errors of `slipway check`. Values arrive as text or as YAML data. */
  readonly inputs: z.ZodType<I>;
  /** The names of the outputs it can set, each with a sentence. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What a job must have for the action to make sense. */
  readonly needs: readonly ('site' | 'host' | 'service')[];
  /** True for an action whose `apply` changes an engine: a run with one takes the site's locks. */
  readonly changesEngine?: boolean;
  readonly plan: (context: ActionContext, inputs: I) => Promise<P>;
  readonly apply: (context: ActionContext, plan: P) => Promise<ActionOutcome>;
};

/**
 * `changes` empty and nothing `deferred` is a no-op, whose reason is `because`. `deferred` names the earlier stage or
 * change that the answer depends on (`known after …`). Actions extend it with what their `apply` needs.
 */
export type ActionPlan = {
  readonly changes: readonly Change[];
  readonly because: string;
  readonly deferred?: string;
};

export type ActionOutcome = {
  readonly changed: boolean;
  readonly outputs: Readonly<Record<string, string>>;
};

/** What an action may touch. `host` and `service` are those of its job. */
export type ActionContext = {
  readonly site: Site | undefined;
  readonly host: string | undefined;
  readonly service: string | undefined;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly connect: (host: string) => Promise<HostConnection>;
  /** Handles that live as long as the run, shared by its actions: engines, observed facts, rendered services. */
  readonly shared: RunResources;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly output: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly progress: (text: string) => void;
  /** Throws E_LOCK_LOST when the run may not change the job's host any more: asked before each change. */
  readonly guard: () => Promise<void>;
  /** Tells of a change the moment it is made. */
  readonly applied: (change: Change) => void;
  /** Adds a value to what is masked in every event from now on. */
  readonly mask: (secret: string) => void;
};

/**
 * A keyed store for what a run opens once: `get` makes a value by its key the first time (concurrent callers share
 * the promise), `drop` forgets it (facts after a change).
 */
export type RunResources = {
  readonly get: <T>(key: string, make: () => Promise<T>) => Promise<T>;
  readonly drop: (key: string) => void;
};

/** Keeps an action's types to itself, so that a registry can hold all of them. */
export function defineAction<I, P extends ActionPlan>(action: Action<I, P>): Action {
  return action as unknown as Action;
}
