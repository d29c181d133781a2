import type { Change } from '../lib/change.ts';
import type { Problem } from '../lib/errors.ts';
import type { Conclusion, EventError, JobRef } from '../lib/events.ts';

/** A run as told by its events so far. Reports read it; only `applyEvent` writes it. */
export type RunModel = {
  runId: string;
  pipeline: string;
  site: string | undefined;
  directory: string | undefined;
  again: string | undefined;
  startedAt: number;
  stages: Map<string, StageModel>;
  notes: Problem[];
  changes: Change[];
  summaries: { job: JobRef; step: string; text: string }[];
  cancelling: boolean;
  end: { conclusion: Conclusion; exitCode: number; changed: number; durationMs: number } | undefined;
};

export type StageModel = {
  stage: string;
  name: string;
  needs: readonly string[];
  state: 'waiting' | 'running' | Conclusion;
  reason: string | undefined;
  durationMs: number;
  expected: number;
  jobs: Map<string, JobModel>;
};

export type JobModel = {
  ref: JobRef;
  state: 'running' | Conclusion;
  outcome: Conclusion | undefined;
  reason: string | undefined;
  unreachable: boolean;
  startedAt: number;
  durationMs: number;
  steps: Map<string, StepModel>;
};

export type StepModel = {
  step: string;
  name: string;
  kind: 'run' | 'action' | 'composite';
  state: 'running' | Conclusion;
  outcome: Conclusion | undefined;
  reason: string | undefined;
  error: EventError | undefined;
  changed: boolean;
  startedAt: number;
  durationMs: number;
  /** The last lines of output; dropped when the step succeeds. */
  tail: string[];
  dropped: number;
  annotations: { level: string; message: string; file?: string; line?: number }[];
};

/** So many last lines of a step's output are kept in memory. */
export const tailLines = 200;

/** A run before its first event. */
export function newRunModel(): RunModel {
  return {
    runId: '',
    pipeline: '',
    site: undefined,
    directory: undefined,
    again: undefined,
    startedAt: 0,
    stages: new Map(),
    notes: [],
    changes: [],
    summaries: [],
    cancelling: false,
    end: undefined,
  };
}

/** All jobs of a run in the order of their stages. */
export function jobsOf(model: RunModel): readonly JobModel[] {
  return [...model.stages.values()].flatMap((stage) => [...stage.jobs.values()]);
}

/** Steps that failed, with their jobs: innermost ones, not the composite actions around them. */
export function failedSteps(
  model: RunModel,
): readonly { readonly job: JobModel; readonly step: StepModel }[] {
  return jobsOf(model).flatMap((job) => {
    const failed = [...job.steps.values()].filter((step) => step.outcome === 'failure');
    return failed
      .filter((step) => !failed.some((other) => other.step.startsWith(`${step.step}/`)))
      .map((step) => ({ job, step }));
  });
}
