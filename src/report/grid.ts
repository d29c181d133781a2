import { cutTo, formatDuration, jobPlace } from './format.ts';
import type { Paint } from './paint.ts';
import type { JobModel, RunModel, StageModel, StepModel } from './run-model.ts';

const shownRows = 14;

/** What runs now, as rows: a stage with its tally, below it the jobs that run, with step, time and last line. */
export function renderGrid(model: RunModel, now: number, paint: Paint): readonly string[] {
  const stages = [...model.stages.values()];
  const running = stages.filter((stage) => stage.state === 'running' && !hasRunningBelow(stages, stage));
  const rows = running.flatMap((stage) => renderStage(stage, now, paint));
  const shown =
    rows.length > shownRows
      ? [...rows.slice(0, shownRows - 1), `  … and ${rows.length - shownRows + 1} more`]
      : rows;
  return [...shown, renderFooter(model, stages, now, paint)];
}

/** A stage whose pipeline is running shows through the stages of that pipeline. */
function hasRunningBelow(stages: readonly StageModel[], stage: StageModel): boolean {
  return stages.some((other) => other.state === 'running' && other.stage.startsWith(`${stage.stage}/`));
}

function renderStage(stage: StageModel, now: number, paint: Paint): readonly string[] {
  const jobs = [...stage.jobs.values()];
  const active = jobs.filter((job) => job.state === 'running');
  const ended = jobs.length - active.length;
  const failed = jobs.filter((job) => job.state === 'failure').length;
  const tally = stage.expected > 1 ? ` ${ended}/${stage.expected}` : '';
  const bad = failed === 0 ? '' : paint.bad(` ${failed} failed`);
  const only = active[0];
  if (stage.expected <= 1 && only)
    return [renderJob(`${stage.stage} ${jobPlace(only.ref)}`.trim(), only, now, paint)];
  return [
    `${paint.strong(stage.stage)}${tally}${bad}`,
    ...active.map((job) => `  ${renderJob(jobPlace(job.ref) || job.ref.job, job, now, paint)}`),
  ];
}

function renderJob(label: string, job: JobModel, now: number, paint: Paint): string {
  const step = currentStep(job);
  if (!step) return `${paint.strong(label)} ${paint.dim('starting')}`;
  const time = formatDuration(Math.max(0, now - step.startedAt));
  const last = step.tail.findLast((line) => line.trim() !== '');
  const output = last === undefined ? '' : paint.dim(` | ${cutTo(last.trim(), 100)}`);
  return `${paint.strong(label)} > ${step.name} ${paint.dim(time)}${output}`;
}

function currentStep(job: JobModel): StepModel | undefined {
  const running = [...job.steps.values()].filter((step) => step.state === 'running');
  return running.at(-1);
}

function renderFooter(model: RunModel, stages: readonly StageModel[], now: number, paint: Paint): string {
  const number = (state: StageModel['state']) => stages.filter((stage) => stage.state === state).length;
  const parts = [
    `${number('success')} of ${stages.length} stages done`,
    ...(number('failure') > 0 ? [paint.bad(`${number('failure')} failed`)] : []),
    ...(number('skipped') > 0 ? [`${number('skipped')} skipped`] : []),
    ...(model.changes.length > 0 ? [paint.changed(`${model.changes.length} changed`)] : []),
    formatDuration(Math.max(0, now - model.startedAt)),
    ...(model.cancelling ? [paint.warn('cancelling; Ctrl-C again stops at once')] : []),
  ];
  return paint.dim('-- ') + parts.join(paint.dim(' · '));
}
