import type { Change } from './change.ts';
import type { Problem } from './errors.ts';

/** GitHub's conclusions of a step, job or stage. */
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

/** How the build of one image ended. */
export type ImageStatus = 'built' | 'unchanged' | 'failed' | 'skipped' | 'cancelled';

/** Names a job of a run: a stage on one host, for one service, with one matrix row. `job` is unique in the run. */
export type JobRef = {
  readonly stage: string;
  readonly job: string;
  readonly host?: string;
  readonly service?: string;
  readonly matrix?: Readonly<Record<string, unknown>>;
};

/** Names a step of a job; `step` is its id, or its 1-based number as text where it has none. */
export type StepRef = JobRef & { readonly step: string };

/** What happened, as plain JSON-safe facts: no colour, no prose, no secret. */
export type EventBody =
  | { type: 'build.started'; images: readonly string[]; jobs: number }
  | { type: 'image.started'; image: string; why: string }
  | { type: 'image.step'; image: string; step: number; of: number; text: string }
  | { type: 'image.output'; image: string; text: string }
  | ({ type: 'image.finished' } & ImageResult)
  | { type: 'build.finished'; counts: Readonly<Record<ImageStatus, number>>; durationMs: number }
  | {
      type: 'run.started';
      runId: string;
      pipeline: string;
      site?: string;
      stages: readonly StageOutline[];
      /** Where the record is. */
      directory?: string;
      /** The command that does this again. */
      again?: string;
    }
  | { type: 'run.note'; problem: Problem }
  | { type: 'run.cancelling'; reason: string }
  | {
      type: 'run.finished';
      runId: string;
      conclusion: Conclusion;
      exitCode: number;
      changed: number;
      durationMs: number;
    }
  | { type: 'stage.started'; stage: string; jobs: number }
  | {
      type: 'stage.finished';
      stage: string;
      outcome: Conclusion;
      conclusion: Conclusion;
      reason?: string;
      durationMs: number;
    }
  | ({ type: 'job.started' } & JobRef)
  | ({
      type: 'job.finished';
      outcome: Conclusion;
      conclusion: Conclusion;
      reason?: string;
      unreachable?: boolean;
      durationMs: number;
    } & JobRef)
  | ({ type: 'step.started'; name: string; kind: 'run' | 'action' | 'composite' } & StepRef)
  | ({ type: 'step.output'; stream: 'stdout' | 'stderr'; text: string } & StepRef)
  | ({ type: 'step.progress'; text: string } & StepRef)
  | ({
      type: 'step.annotation';
      level: 'debug' | 'notice' | 'warning' | 'error';
      message: string;
      file?: string;
      line?: number;
      column?: number;
      title?: string;
    } & StepRef)
  | ({ type: 'step.group'; title?: string } & StepRef)
  | ({ type: 'step.summary'; text: string } & StepRef)
  | ({ type: 'change.applied'; change: Change } & StepRef)
  | ({
      type: 'step.finished';
      name: string;
      outcome: Conclusion;
      conclusion: Conclusion;
      reason?: string;
      changed: boolean;
      error?: EventError;
      durationMs: number;
    } & StepRef);

/** A stage as a report needs to know it before it begins. */
export type StageOutline = {
  readonly stage: string;
  readonly name: string;
  readonly needs: readonly string[];
};

/** An error as an event carries it. */
export type EventError = { readonly code?: string; readonly message: string; readonly hint?: string };

/** The result of one image; `sizeBytes`, `digest` and `reference` where there is an image. */
export type ImageResult = {
  readonly image: string;
  readonly status: ImageStatus;
  readonly reference: string;
  readonly durationMs: number;
  readonly contentHash?: string;
  readonly digest?: string;
  /** Its digest in the registry that it was pushed to. */
  readonly registryDigest?: string;
  readonly sizeBytes?: number;
  readonly failedStep?: string;
  readonly message?: string;
  readonly logTail?: readonly string[];
  readonly logFile?: string;
  readonly because?: string;
};

/** An event with its time, in milliseconds since 1970. */
export type SlipwayEvent = EventBody & { readonly time: number };

/** Takes an event; whoever makes `emit` stamps the time and masks secrets before anyone sees it. */
export type Emit = (event: EventBody) => void;

/** A subscriber of events. `close` writes what it has kept back. */
export type Reporter = {
  readonly receive: (event: SlipwayEvent) => void;
  readonly close: () => void | Promise<void>;
};
