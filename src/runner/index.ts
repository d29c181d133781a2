/** Performs a run plan: scheduling, steps, cancellation, locks, the run record. */

export { createEvaluator } from '../pipeline/index.ts';
export { enginesChangedBy } from './changed-engines.ts';
export { describePlan } from './describe-plan.ts';
export type { Evaluator, Scope } from './evaluate.ts';
export { createEventHub, type EventHub } from './event-hub.ts';
export { createMasker, type Masker } from './masker.ts';
export type { JobForecast, PlanReport, StageForecast, StepForecast } from './plan-model.ts';
export { planRun } from './plan-run.ts';
export type * from './ports.ts';
export { createRunRecord, type RunRecord } from './record.ts';
export { nodeRecordFiles, type RecordFiles } from './record-files.ts';
export { createResources } from './resources.ts';
export { performRun, type RunEnd, type RunRequest, refuseEmpty } from './run.ts';
export { createRunId, isRunId } from './run-id.ts';
