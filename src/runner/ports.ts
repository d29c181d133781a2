import type { Action } from '../actions/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Emit } from '../lib/events.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { Pipeline, RunPlan } from '../pipeline/model.ts';
import type { Site } from '../site/model.ts';

/** Everything a run touches: effects come in as parameters. */
export type RunPorts = {
  /** Reaches a host of the inventory; `undefined` is the control machine. Throws UserError when it can't. */
  readonly connect: (host: string | undefined) => Promise<HostConnection>;
  readonly actions: ReadonlyMap<string, Action>;
  readonly site: Site | undefined;
  /** Contexts that hang on a job's host and service: `host`, `hosts`, `service`, `services`, and what else is known. */
  readonly contextsFor: (job: JobScope) => Promise<Readonly<Record<string, unknown>>>;
  /** Plans a pipeline whose inputs are known only now (a nested one, or a stage that had to wait). */
  readonly planPipeline: (pipeline: Pipeline, request: PlanRequest) => RunPlan;
  readonly locks?: RunLocks;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Adds a value to what the maker of `emit` masks. */
  readonly mask: (secret: string) => void;
  /** A directory of this machine for the files of steps (0700). */
  readonly scratch: string;
  /** Where `run` steps begin on hosts that share this machine's files: the site, or where the tool was called. */
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
};

export type JobScope = { readonly host: string | undefined; readonly service: string | undefined };

/** Inputs are values, `contexts` those that the caller's stage may use. */
export type PlanRequest = {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly contexts: Readonly<Record<string, unknown>>;
};

/** The site's locks on the engines of hosts. `acquire` takes them in the order given; E_LOCK_HELD names the holder. */
export type RunLocks = {
  readonly acquire: (hosts: readonly string[], signal: AbortSignal) => Promise<HeldLocks>;
};

/** Locks of this run. `check` throws E_LOCK_LOST once another run has taken one over. */
export type HeldLocks = {
  readonly check: (host: string) => Promise<void>;
  /** Hosts that could not be reached to take their lock, with why. */
  readonly unreachable: ReadonlyMap<string, Error>;
  readonly release: () => Promise<void>;
};
