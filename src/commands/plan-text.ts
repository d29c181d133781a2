import type { Change } from '../lib/change.ts';
import type { JobForecast, PlanReport, StageForecast, StepForecast } from '../runner/index.ts';

/** The text of a plan for people: what would change, where and why; what is known later; what nobody can tell. */
export function renderPlanText(report: PlanReport, options: { readonly verbose: boolean }): string {
  const lines = foldErrors(report.stages.flatMap((stage) => renderStage(stage, options.verbose)));
  if (lines.length > 0) lines.push('');
  lines.push(...renderTotals(report));
  return lines.join('\n');
}

/** An error that was told already is named again and not told again: its lines follow each other in `lines`. */
function foldErrors(lines: readonly string[]): string[] {
  const told = new Set<string>();
  const folded: string[] = [];
  let skipsHint = false;
  for (const line of lines) {
    const error = /^(.*?error (E_\w+)): .*$/s.exec(line);
    const text = error ? line.slice((error[1] ?? '').length) : '';
    const key = `${error?.[2]}${text}`;
    if (skipsHint && line.startsWith('      hint: ')) continue;
    skipsHint = error !== null && told.has(key);
    folded.push(skipsHint ? `${error?.[1]}, as above` : line);
    if (error) told.add(key);
  }
  return folded;
}

function renderStage(stage: StageForecast, verbose: boolean): readonly string[] {
  if (stage.error) return [stage.stage, `  error ${stage.error.code ?? ''}: ${stage.error.message}`];
  if (stage.after) return [stage.stage, `  known after ${stage.after.join(', ')}`];
  if (stage.skipped !== undefined) return verbose ? [`${stage.stage}: skipped, ${stage.skipped}`] : [];
  const groups = groupJobs(stage.jobs, verbose);
  return groups.length === 0 ? [] : [stage.stage, ...groups];
}

/** Jobs that would do the same are told once, with all their places. */
function groupJobs(jobs: readonly JobForecast[], verbose: boolean): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const job of jobs) {
    const text = renderJob(job, verbose).join('\n');
    if (text === '') continue;
    groups.set(text, [...(groups.get(text) ?? []), placeOf(job)]);
  }
  return [...groups].flatMap(([text, places]) => {
    const named = places.filter((place) => place !== '');
    const head = named.length === 0 ? [] : [`  ${named.join(', ')}`];
    return [...head, ...text.split('\n')];
  });
}

function placeOf({ ref }: JobForecast): string {
  const matrix = Object.entries(ref.matrix ?? {}).map(([name, value]) => `${name}=${String(value)}`);
  return [ref.host, ...matrix].filter((part) => part !== undefined).join(' ');
}

function renderJob(job: JobForecast, verbose: boolean): readonly string[] {
  if (job.error) {
    const code = job.error.code === undefined ? '' : ` ${job.error.code}`;
    return [`    error${code}: ${job.error.message}`, ...hintLine(job.error.hint)];
  }
  return job.steps.flatMap((step) => renderStep(step, verbose));
}

function renderStep({ name, forecast }: StepForecast, verbose: boolean): readonly string[] {
  switch (forecast.kind) {
    case 'changes': {
      const later =
        forecast.deferred === undefined ? [] : [`    ? ${name}: more is known after ${forecast.deferred}`];
      return [...forecast.changes.flatMap(renderChange), ...later];
    }
    case 'known-after':
      return [`    ? ${name}: known after ${forecast.after}`];
    case 'unknown':
      return [`    > ${name}: will run, effect unknown`];
    case 'error': {
      const code = forecast.error.code === undefined ? '' : ` ${forecast.error.code}`;
      return [`    ! ${name}: error${code}: ${forecast.error.message}`, ...hintLine(forecast.error.hint)];
    }
    case 'none':
      return verbose ? [`    = ${name}: ${forecast.because}`] : [];
    case 'skipped':
      return verbose ? [`    - ${name}: skipped, ${forecast.because}`] : [];
    default:
      return forecast satisfies never;
  }
}

function hintLine(hint: string | undefined): readonly string[] {
  return hint === undefined ? [] : [`      hint: ${hint}`];
}

const signs: Readonly<Record<Change['kind'], string>> = {
  create: '+',
  replace: '~',
  reload: '~',
  restart: '~',
  start: '+',
  stop: '-',
  remove: '-',
  pull: '+',
  write: '~',
  run: '>',
  record: '~',
};

function renderChange(change: Change): readonly string[] {
  const gap = change.gap === undefined ? '' : `, gap ${change.gap}`;
  const reasons = change.reasons.map((reason) => `        because ${reason}`);
  const diff =
    change.diff === undefined
      ? []
      : change.diff
          .trimEnd()
          .split('\n')
          .map((line) => `        ${line}`);
  return [`    ${signs[change.kind]} ${change.kind} ${change.target}${gap}`, ...reasons, ...diff];
}

function renderTotals(report: PlanReport): readonly string[] {
  const steps = report.stages.flatMap((stage) => stage.jobs.flatMap((job) => job.steps));
  const number = (kind: StepForecast['forecast']['kind']) =>
    steps.filter((one) => one.forecast.kind === kind).length;
  const failed = distinctErrors(report);
  const later = number('known-after') + report.stages.filter((stage) => stage.after).length;
  const parts = [
    ...(failed > 0 ? [`incomplete because of ${count(failed, 'error')}`] : []),
    report.changes === 0
      ? `nothing ${failed > 0 ? 'else ' : ''}would change`
      : `${count(report.changes, 'change')}`,
    ...(later > 0 ? [`${later} known only later`] : []),
    ...(number('unknown') > 0 ? [`${count(number('unknown'), 'script')} of unknown effect`] : []),
  ];
  const lines = [`plan of ${report.pipeline}: ${parts.join(', ')}`];
  if (report.unreachable.length > 0)
    lines.push(`incomplete, could not be asked: ${report.unreachable.join(', ')}`);
  return lines;
}

function distinctErrors(report: PlanReport): number {
  const jobs = report.stages.flatMap((stage) => stage.jobs);
  const errors = [
    ...report.stages.map((stage) => stage.error),
    ...jobs.map((job) => job.error),
    ...jobs.flatMap((job) =>
      job.steps.map(({ forecast }) => (forecast.kind === 'error' ? forecast.error : undefined)),
    ),
  ];
  return new Set(errors.flatMap((one) => (one ? [`${one.code} ${one.message}`] : []))).size;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
