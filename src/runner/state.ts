import type { Conclusion, EventError, JobRef } from '../lib/events.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { RunDefaults, RunPlan, Step } from '../pipeline/model.ts';
import type { Status } from './evaluate.ts';
import type { Halt } from './halt.ts';
import type { Limiter } from './limiter.ts';
import type { Masker } from './masker.ts';
import type { HeldLocks, RunPorts } from './ports.ts';
import type { createResources } from './resources.ts';

/** What all parts of one run share. The only state that changes while it runs. */
export type RunState = {
  readonly ports: RunPorts;
  /** What calls itself through others: steps of composite actions, pipelines of jobs. */
  readonly parts: RunParts;
  readonly runId: string;
  readonly masker: Masker;
  readonly resources: ReturnType<typeof createResources>;
  readonly slots: Limiter;
  readonly locks: HeldLocks | undefined;
  /** Hosts that left the run, with why and whether they were unreachable. */
  readonly lostHosts: Map<string, LostHost>;
  readonly connections: Map<string, Promise<HostConnection>>;
  readonly graceMs: number;
  changed: number;
  failures: number;
  labels: number;
};

export type RunParts = {
  readonly performStep: (holder: StepHolder, step: Step) => Promise<void>;
  readonly performPipeline: (frame: Frame) => Promise<PipelineEnd>;
};

/** How a pipeline ended; `outputs` are those that it declares. */
export type PipelineEnd = {
  readonly conclusion: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
  readonly reason?: string;
};

export type LostHost = { readonly reason: string; readonly unreachable: boolean };

/** One pipeline being performed: the run's own, or one that a job of another uses. */
export type Frame = {
  readonly run: RunState;
  readonly plan: RunPlan;
  /** Stands before the names of its stages: empty for the run's own pipeline, else `deploy/keystone/`. */
  readonly path: string;
  /** What its stages see beside their own: `inputs`, `env`, `secrets`, `globals`, … */
  readonly contexts: Readonly<Record<string, unknown>>;
  /** Host, service and matrix row of the job that uses the pipeline. */
  readonly caller: { readonly host?: string; readonly service?: string };
  readonly halt: Halt;
  readonly depth: number;
};

/** How a job ended. `after` of other jobs and `needs` of stages go by `conclusion`. */
export type JobEnd = {
  readonly outcome: Conclusion;
  readonly conclusion: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
  readonly reason?: string;
  readonly unreachable?: boolean;
};

/** How a stage ended. `lineage` is the worst of it and of all that it needs, for `success()` further on. */
export type StageEnd = {
  readonly outcome: Conclusion;
  readonly conclusion: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, { result: Conclusion; outputs: Readonly<Record<string, string>> }>>;
  readonly lineage: Status;
  readonly reason?: string;
};

/** One job being performed. */
export type JobState = {
  readonly run: RunState;
  readonly ref: JobRef;
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly defaults: RunDefaults;
  readonly halt: Halt;
  /** What ENV files added, over the stage's `env`. */
  readonly env: Record<string, string>;
  /** What PATH files added, the newest first. */
  readonly path: string[];
  unreachable: boolean;
};

/** Where steps stand: a job, or a composite action in one. */
export type StepHolder = {
  readonly job: JobState;
  /** The job's contexts, with `steps` (and `inputs` in a composite action) of its own. */
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly steps: Record<string, StepContext>;
  /** The environment of the steps: the job's, and a composite's caller's. */
  readonly env: Readonly<Record<string, string>>;
  /** Stands before the step's id in events: `outer/`. */
  readonly prefix: string;
  readonly depth: number;
  readonly actionDirectory?: string;
  status: Status;
};

/** What `steps.<id>` holds. */
export type StepContext = {
  readonly outputs: Readonly<Record<string, string>>;
  readonly outcome: Conclusion;
  readonly conclusion: Conclusion;
};

/** What one attempt at a step's body came to. */
export type BodyEnd = {
  readonly outcome: 'success' | 'failure' | 'cancelled';
  readonly outputs: Readonly<Record<string, string>>;
  readonly changed: boolean;
  readonly reason?: string;
  readonly error?: EventError;
  readonly unreachable?: boolean;
};
