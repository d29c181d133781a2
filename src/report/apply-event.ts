import type { JobRef, SlipwayEvent } from '../lib/events.ts';
import { type JobModel, type RunModel, type StageModel, type StepModel, tailLines } from './run-model.ts';

/** Folds an event into the model. Events of builds pass by. */
export function applyEvent(model: RunModel, event: SlipwayEvent): void {
  switch (event.type) {
    case 'run.started':
      startRun(model, event);
      return;
    case 'run.note':
      model.notes.push(event.problem);
      return;
    case 'run.cancelling':
      model.cancelling = true;
      return;
    case 'run.finished': {
      const { conclusion, exitCode, changed, durationMs } = event;
      model.end = { conclusion, exitCode, changed, durationMs };
      return;
    }
    case 'stage.started':
      Object.assign(stageOf(model, event.stage), { state: 'running', expected: event.jobs });
      return;
    case 'stage.finished': {
      const { conclusion, reason, durationMs } = event;
      Object.assign(stageOf(model, event.stage), { state: conclusion, reason, durationMs });
      return;
    }
    case 'job.started':
    case 'job.finished':
      applyJob(model, event);
      return;
    case 'change.applied':
      model.changes.push(event.change);
      return;
    default:
      if ('step' in event && 'job' in event) applyStep(model, event);
  }
}

function startRun(model: RunModel, event: Extract<SlipwayEvent, { type: 'run.started' }>): void {
  const { runId, pipeline, site, directory, again, time } = event;
  Object.assign(model, { runId, pipeline, site, directory, again, startedAt: time });
  for (const one of event.stages) model.stages.set(one.stage, newStage(one.stage, one.name, one.needs));
}

type JobEvent = Extract<SlipwayEvent, { type: 'job.started' | 'job.finished' }>;
type StepEvent = Extract<SlipwayEvent, { job: string; step: string }>;

function applyJob(model: RunModel, event: JobEvent): void {
  const job = jobOf(model, event, event.time);
  if (event.type === 'job.started') {
    job.startedAt = event.time;
    return;
  }
  job.state = event.conclusion;
  job.outcome = event.outcome;
  job.reason = event.reason;
  job.unreachable = event.unreachable === true;
  job.durationMs = event.durationMs;
}

function applyStep(model: RunModel, event: StepEvent): void {
  const step = stepOf(jobOf(model, event, event.time), event.step, event.time);
  switch (event.type) {
    case 'step.started':
      Object.assign(step, { name: event.name, kind: event.kind, startedAt: event.time });
      return;
    case 'step.output':
      addTail(step, event.text);
      return;
    case 'step.annotation': {
      const { level, message, file, line } = event;
      const place = { ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
      step.annotations.push({ level, message, ...place });
      return;
    }
    case 'step.summary':
      model.summaries.push({ job: refOf(event), step: step.name || event.step, text: event.text });
      return;
    case 'step.finished':
      finishStep(step, event);
      return;
    default:
      return;
  }
}

function finishStep(step: StepModel, event: Extract<SlipwayEvent, { type: 'step.finished' }>): void {
  const { name, outcome, conclusion, reason, error, changed, durationMs } = event;
  Object.assign(step, { name, outcome, state: conclusion, reason, error, changed, durationMs });
  if (outcome === 'success' || outcome === 'skipped') step.tail = [];
}

function addTail(step: StepModel, text: string): void {
  for (const line of text.split('\n')) step.tail.push(line);
  if (step.tail.length > tailLines * 2) {
    step.dropped += step.tail.length - tailLines;
    step.tail = step.tail.slice(-tailLines);
  }
}

function newStage(stage: string, name: string, needs: readonly string[]): StageModel {
  const state = 'waiting' as const;
  return { stage, name, needs, state, reason: undefined, durationMs: 0, expected: 0, jobs: new Map() };
}

function stageOf(model: RunModel, stage: string): StageModel {
  const known = model.stages.get(stage) ?? newStage(stage, stage, []);
  model.stages.set(stage, known);
  return known;
}

function refOf(event: JobRef): JobRef {
  const { stage, job, host, service, matrix } = event;
  return {
    stage,
    job,
    ...(host !== undefined && { host }),
    ...(service !== undefined && { service }),
    ...(matrix && { matrix }),
  };
}

function jobOf(model: RunModel, event: JobRef, time: number): JobModel {
  const { jobs } = stageOf(model, event.stage);
  const known = jobs.get(event.job);
  if (known) return known;
  const job: JobModel = {
    ref: refOf(event),
    state: 'running',
    outcome: undefined,
    reason: undefined,
    unreachable: false,
    startedAt: time,
    durationMs: 0,
    steps: new Map(),
  };
  jobs.set(event.job, job);
  return job;
}

function stepOf(job: JobModel, id: string, time: number): StepModel {
  const known = job.steps.get(id);
  if (known) return known;
  const step: StepModel = {
    step: id,
    name: id,
    kind: 'run',
    state: 'running',
    outcome: undefined,
    reason: undefined,
    error: undefined,
    changed: false,
    startedAt: time,
    durationMs: 0,
    tail: [],
    dropped: 0,
    annotations: [],
  };
  job.steps.set(id, step);
  return step;
}
