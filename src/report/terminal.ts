import type { Reporter, SlipwayEvent } from '../lib/events.ts';
import { applyEvent } from './apply-event.ts';
import { createBuildGrid } from './build-grid.ts';
import { renderBuildLine } from './build-lines.ts';
import { renderEnding, renderFailure } from './ending.ts';
import { count, formatDuration, jobLabel } from './format.ts';
import { renderGrid } from './grid.ts';
import { createLiveArea } from './live-area.ts';
import { createPaint, type Paint } from './paint.ts';
import { describeChange, headline, renderPlain } from './plain.ts';
import { newRunModel, type RunModel } from './run-model.ts';

/** `now` and `every` are the clock of the picture; by default the machine's. */
export type TerminalOptions = {
  readonly write: (text: string) => void;
  readonly columns: number;
  readonly color: boolean;
  readonly now?: () => number;
  /** Calls `body` again and again; gives the way to stop it. */
  readonly every?: (ms: number, body: () => void) => () => void;
};

const frameMs = 120;

/**
 * The report for a terminal: what runs now is drawn at the end and drawn over; what lasts is printed above it, namely
 * changes, failures with their log at once and unmixed, and a line for each stage that ended.
 */
export function terminalReporter(options: TerminalOptions): Reporter {
  const paint = createPaint(options.color);
  const model = newRunModel();
  const images = createBuildGrid();
  const area = createLiveArea(options.write, options.columns);
  const now = options.now ?? Date.now;
  const every = options.every ?? timer;
  let stop: (() => void) | undefined;
  const draw = () => {
    if (images.isActive()) area.draw(images.render(now(), paint));
    else if (isLive(model)) area.draw(renderGrid(model, now(), paint));
  };
  const end = () => {
    stop?.();
    stop = undefined;
    area.clear();
  };
  return {
    receive: (event) => {
      applyEvent(model, event);
      images.receive(event);
      if (event.type === 'run.finished' || event.type === 'build.finished') end();
      area.print(lastingLines(event, model, paint));
      if (event.type === 'run.started' || event.type === 'build.started') stop ??= every(frameMs, draw);
    },
    close: end,
  };
}

function isLive(model: RunModel): boolean {
  return model.runId !== '' && model.end === undefined;
}

function timer(ms: number, body: () => void): () => void {
  const handle = setInterval(body, ms);
  handle.unref();
  return () => clearInterval(handle);
}

function lastingLines(event: SlipwayEvent, model: RunModel, paint: Paint): readonly string[] {
  switch (event.type) {
    case 'run.started':
      return [paint.strong(headline(model))];
    case 'change.applied':
      return [paint.changed(`  ~ ${describeChange(event.change)}`)];
    case 'step.finished':
      return event.outcome === 'failure' ? failureLines(event, model, paint) : [];
    case 'step.annotation':
      if (event.level === 'debug' || event.level === 'notice') return [];
      return [paint.warn(`  ${event.level}: ${jobLabel(event)}: ${event.message}`)];
    case 'stage.finished':
      return [stageLine(event, model, paint)];
    case 'run.finished':
      return ['', ...renderEnding(model, paint)];
    case 'job.finished':
    case 'run.note':
    case 'run.cancelling':
      return renderPlain(event, { model, paint, verbose: false });
    case 'image.finished':
    case 'build.started':
    case 'build.finished':
      return renderBuildLine(event, paint);
    default:
      return [];
  }
}

type StepEnd = Extract<SlipwayEvent, { type: 'step.finished' }>;

function failureLines(event: StepEnd, model: RunModel, paint: Paint): readonly string[] {
  const job = model.stages.get(event.stage)?.jobs.get(event.job);
  const step = job?.steps.get(event.step);
  if (!job || !step || event.step === '' || step.kind === 'composite') return [];
  return [...renderFailure(job, step, paint), ''];
}

type StageEnd = Extract<SlipwayEvent, { type: 'stage.finished' }>;

function stageLine(event: StageEnd, model: RunModel, paint: Paint): string {
  const jobs = [...(model.stages.get(event.stage)?.jobs.values() ?? [])];
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  const extent = jobs.length > 1 ? `, ${count(jobs.length, 'job')}` : '';
  const after = `(${formatDuration(event.durationMs)}${extent})`;
  switch (event.conclusion) {
    case 'success':
      return `${paint.good('ok')}      ${event.stage} ${paint.dim(after)}${reason}`;
    case 'skipped':
      return paint.dim(`skipped ${event.stage}${reason}`);
    case 'cancelled':
      return paint.warn(`stopped ${event.stage} ${after}${reason}`);
    case 'failure':
      return `${paint.bad('FAILED')}  ${event.stage} ${paint.dim(after)}${reason}`;
    default:
      return event.conclusion satisfies never;
  }
}
