import type { Action } from '../actions/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Emit } from '../lib/events.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { Pipeline, PlannedJob, RunPlan, Stage } from '../pipeline/model.ts';
import type { Site } from '../site/model.ts';
import type { Evaluator, Scope } from './evaluate.ts';

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
  /** Plans the jobs of a stage whose axes depend on stages that have ended by now. */
  readonly planJobs: (stage: Stage, scope: Scope) => readonly PlannedJob[];
  /** How many failures a stage over hosts bears where it does not say: `0` for groups that hold a quorum. */
  readonly tolerance?: (job: JobScope) => string | number;
  /** Asks someone whether to go on (`approval:`); absent where nobody can be asked. */
  readonly approve?: (question: string) => Promise<boolean>;
  readonly evaluate: Evaluator;
  readonly locks?: RunLocks;
  readonly clock: Clock;
  readonly emit: Emit;
  /** A directory of this machine for the files of steps (0700). */
  readonly scratch: string;
  /** Where `run` steps begin on hosts that share this machine's files: the site, or where the tool was called. */
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
  /** Further variables of every `run` step (`GITHUB_*`, `RUNNER_*` of workflow files). */
  readonly variables?: Readonly<Record<string, string>>;
  /** What a producer of much output awaits before it emits more. */
  readonly ready?: () => Promise<void> | undefined;
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
