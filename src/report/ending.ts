import type { Change } from '../lib/change.ts';
import { count, formatDuration, jobLabel, jobPlace } from './format.ts';
import type { Paint } from './paint.ts';
import { failedSteps, type JobModel, jobsOf, type RunModel, type StepModel } from './run-model.ts';

const shownTail = 40;
const shownFailures = 10;

/**
 * The end of a run for someone tired: each failure with its log unmixed, what was skipped and why, hosts that left,
 * what changed, what took longest, the outcome in one line, and what to type next.
 */
export function renderEnding(model: RunModel, paint: Paint): readonly string[] {
  return [
    ...renderFailures(model, paint),
    ...renderSkips(model, paint),
    ...renderLostHosts(model, paint),
    ...renderChanges(model.changes, paint),
    ...renderSlowest(model, paint),
    ...renderOutcome(model, paint),
    ...renderNext(model),
  ];
}

function renderFailures(model: RunModel, paint: Paint): readonly string[] {
  const failed = foldFailures(failedSteps(model));
  const lines = failed
    .slice(0, shownFailures)
    .flatMap(({ job, step, also }) => [...renderFailure(job, step, paint), ...alsoLine(also), '']);
  if (failed.length > shownFailures) lines.push(`… and ${failed.length - shownFailures} more failures`, '');
  const silent = jobsOf(model).filter((job) => job.outcome === 'failure' && isWithoutFailedStep(job));
  for (const job of silent)
    lines.push(paint.bad(`${jobLabel(job.ref)} failed: ${job.reason ?? 'no reason given'}`));
  for (const stage of model.stages.values()) {
    if (stage.state === 'failure' && stage.jobs.size === 0) {
      lines.push(paint.bad(`${stage.stage} failed: ${stage.reason ?? 'no reason given'}`));
    }
  }
  return lines;
}

type Failure = { readonly job: JobModel; readonly step: StepModel; readonly also: JobModel[] };

/** The same failure of the same step on several hosts is told once. */
function foldFailures(failed: ReturnType<typeof failedSteps>): readonly Failure[] {
  const groups = new Map<string, Failure>();
  for (const { job, step } of failed) {
    const key = JSON.stringify([job.ref.stage, step.step, step.error, step.tail, step.annotations]);
    const known = groups.get(key);
    if (known) known.also.push(job);
    else groups.set(key, { job, step, also: [] });
  }
  return [...groups.values()];
}

function alsoLine(also: readonly JobModel[]): readonly string[] {
  if (also.length === 0) return [];
  const places = also.map((job) => jobPlace(job.ref) || job.ref.job);
  return [`  the same on ${listHosts(places)}`];
}

/** A job that failed by itself (no connection, a wrong expression), not by a step or a stage of its pipeline. */
function isWithoutFailedStep(job: JobModel): boolean {
  const byStep = [...job.steps.values()].some((step) => step.outcome === 'failure');
  return !byStep && !/ failed$/.test(job.reason ?? '');
}

/** A failed step with the end of its output, not mixed with that of others. */
export function renderFailure(job: JobModel, step: StepModel, paint: Paint): readonly string[] {
  const lines = [paint.bad(`FAILED ${jobLabel(job.ref)}: ${step.name}`)];
  const tail = step.tail.slice(-shownTail);
  const hidden = step.dropped + step.tail.length - tail.length;
  if (hidden > 0) lines.push(paint.dim(`  (${count(hidden, 'line')} before)`));
  for (const line of tail) lines.push(`  | ${line}`);
  for (const one of step.annotations.filter((note) => note.level === 'error')) {
    const place =
      one.file === undefined ? '' : `${one.file}${one.line === undefined ? '' : `:${one.line}`}: `;
    lines.push(`  error: ${place}${one.message}`);
  }
  if (step.error) {
    const code = step.error.code === undefined ? '' : `${step.error.code}: `;
    lines.push(`  ${code}${step.error.message.split('\n').join('\n  ')}`);
    if (step.error.hint !== undefined) lines.push(`  hint: ${step.error.hint}`);
  }
  if (step.state === 'success') lines.push('  (the run went on: continue-on-error)');
  return lines;
}

function renderSkips(model: RunModel, paint: Paint): readonly string[] {
  const skipped = [...model.stages.values()].filter((stage) => stage.state === 'skipped');
  return skipped.map((stage) =>
    paint.dim(`skipped ${stage.stage}${stage.reason === undefined ? '' : `: ${stage.reason}`}`),
  );
}

function renderLostHosts(model: RunModel, paint: Paint): readonly string[] {
  const lost = new Map<string, JobModel>();
  for (const job of jobsOf(model)) {
    if (job.unreachable && job.ref.host !== undefined && !lost.has(job.ref.host)) lost.set(job.ref.host, job);
  }
  return [...lost].map(([host, job]) => paint.bad(`unreachable: ${host} (seen in ${job.ref.stage})`));
}

function renderChanges(changes: readonly Change[], paint: Paint): readonly string[] {
  if (changes.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const change of changes) {
    const key = `${change.kind} ${change.target}`;
    groups.set(key, [...(groups.get(key) ?? []), change.host]);
  }
  const lines = [...groups].map(([what, hosts]) => `  ${what} on ${listHosts([...new Set(hosts)])}`);
  const shown =
    lines.length > 30 ? [...lines.slice(0, 30), `  … and ${lines.length - 30} more kinds`] : lines;
  return [paint.changed(`changed: ${count(changes.length, 'change')}`), ...shown];
}

function listHosts(hosts: readonly string[]): string {
  return hosts.length <= 5
    ? hosts.join(', ')
    : `${hosts.slice(0, 4).join(', ')} and ${hosts.length - 4} more`;
}

function renderSlowest(model: RunModel, paint: Paint): readonly string[] {
  const steps = jobsOf(model)
    .flatMap((job) => [...job.steps.values()].map((step) => ({ job, step })))
    .filter(({ step }) => step.durationMs >= 5000 && step.kind !== 'composite')
    .sort((a, b) => b.step.durationMs - a.step.durationMs)
    .slice(0, 3);
  if (steps.length === 0) return [];
  const lines = steps.map(
    ({ job, step }) => `  ${formatDuration(step.durationMs)}  ${jobLabel(job.ref)}: ${step.name}`,
  );
  return [paint.dim('slowest:'), ...lines.map(paint.dim)];
}

function renderOutcome(model: RunModel, paint: Paint): readonly string[] {
  const { end } = model;
  if (!end) return [];
  const after = formatDuration(end.durationMs);
  const jobs = jobsOf(model);
  const tally = (['success', 'failure', 'cancelled', 'skipped'] as const)
    .map((state) => [state, jobs.filter((job) => job.state === state).length] as const)
    .filter(([, number]) => number > 0)
    .map(([state, number]) => `${number} ${{ success: 'ok', failure: 'failed' }[state as string] ?? state}`)
    .join(', ');
  const detail = tally === '' ? '' : ` (jobs: ${tally})`;
  if (end.conclusion === 'success' && end.exitCode === 0) {
    const changed = end.changed === 0 ? 'nothing changed' : count(end.changed, 'change');
    return [paint.good(`${model.pipeline} succeeded after ${after}, ${changed}${detail}`)];
  }
  const word = {
    success: 'succeeded in part',
    failure: 'FAILED',
    cancelled: 'was cancelled',
    skipped: 'did nothing',
  };
  const paintIt = end.conclusion === 'success' ? paint.warn : paint.bad;
  return [
    paintIt(`${model.pipeline} ${word[end.conclusion]} after ${after}, exit code ${end.exitCode}${detail}`),
  ];
}

function renderNext(model: RunModel): readonly string[] {
  const lines: string[] = [];
  if (model.directory !== undefined) lines.push(`record: ${model.directory}`);
  if (model.end && model.end.exitCode !== 0 && model.again !== undefined) lines.push(`again: ${model.again}`);
  return lines;
}
