import type { Reporter, SlipwayEvent, StepRef } from '../lib/events.ts';
import { applyEvent } from './apply-event.ts';
import { renderBuildLine } from './build-lines.ts';
import { renderEnding } from './ending.ts';
import { formatDuration, jobLabel } from './format.ts';
import { createPaint, type Paint } from './paint.ts';
import { newRunModel, type RunModel } from './run-model.ts';

/** How a report for people is written. `verbose` also shows skips and debug messages. */
export type PlainOptions = {
  readonly write: (text: string) => void;
  readonly color: boolean;
  readonly verbose?: boolean;
};

/** Lines that name their stage and host, for logs and pipes: nothing is drawn over. */
export function plainReporter({ write, color, verbose = false }: PlainOptions): Reporter {
  const paint = createPaint(color);
  const model = newRunModel();
  return {
    receive: (event) => {
      applyEvent(model, event);
      for (const line of renderPlain(event, { model, paint, verbose })) write(`${line}\n`);
    },
    close: () => undefined,
  };
}

type View = { readonly model: RunModel; readonly paint: Paint; readonly verbose: boolean };

/** The lines of one event; the model has it already. */
export function renderPlain(event: SlipwayEvent, view: View): readonly string[] {
  const { model, paint } = view;
  switch (event.type) {
    case 'run.started':
      return [paint.strong(headline(model))];
    case 'run.note':
      return [`${event.problem.severity}: ${event.problem.message}`];
    case 'run.cancelling':
      return [paint.warn('cancelling: running steps are told to end, then always() steps run')];
    case 'run.finished':
      return ['', ...renderEnding(model, paint)];
    case 'stage.finished':
      return stageLines(event, view);
    case 'job.finished':
      return jobLines(event, view);
    default:
      if ('step' in event && 'job' in event) return stepLines(event, view);
      return renderBuildLine(event, paint);
  }
}

/** What is run, in one line. */
export function headline(model: RunModel): string {
  const site = model.site === undefined ? '' : ` · site ${model.site}`;
  return `${model.pipeline}${site} · run ${model.runId}`;
}

function stageLines(event: Extract<SlipwayEvent, { type: 'stage.finished' }>, { paint }: View): string[] {
  const label = `[${event.stage}]`;
  const after = formatDuration(event.durationMs);
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  switch (event.conclusion) {
    case 'success':
      return [paint.good(`${label} done after ${after}${reason}`)];
    case 'skipped':
      return [paint.dim(`${label} skipped${reason}`)];
    default:
      return [
        paint.bad(
          `${label} ${event.conclusion === 'failure' ? 'FAILED' : 'cancelled'} after ${after}${reason}`,
        ),
      ];
  }
}

function jobLines(event: Extract<SlipwayEvent, { type: 'job.finished' }>, view: View): string[] {
  const { paint } = view;
  const label = `[${jobLabel(event)}]`;
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  if (event.unreachable) return [paint.bad(`${label} UNREACHABLE${reason}`)];
  if (event.outcome === 'failure' && event.reason !== undefined)
    return [paint.bad(`${label} failed${reason}`)];
  if (event.conclusion === 'skipped') return [paint.dim(`${label} skipped${reason}`)];
  return [];
}

type StepEvent = Extract<SlipwayEvent, StepRef & { type: string }>;

function stepLines(event: StepEvent, view: View): readonly string[] {
  const { paint, verbose } = view;
  const label = paint.dim(`[${jobLabel(event)}]`);
  switch (event.type) {
    case 'step.started':
      return [`${label} > ${event.name}`];
    case 'step.output':
      return event.text.split('\n').map((line) => `${label}   ${line}`);
    case 'step.progress':
      return [`${label}   … ${event.text}`];
    case 'step.group':
      return event.title === undefined ? [] : [`${label} - ${event.title}`];
    case 'step.annotation':
      if (event.level === 'debug' && !verbose) return [];
      return [`${label} ${event.level}: ${place(event)}${event.message}`];
    case 'change.applied':
      return [paint.changed(`${label} changed: ${describeChange(event.change)}`)];
    case 'step.finished':
      return finishedLines(event, label, view);
    default:
      return [];
  }
}

function finishedLines(
  event: Extract<SlipwayEvent, { type: 'step.finished' }>,
  label: string,
  { paint, verbose }: View,
): string[] {
  const after = formatDuration(event.durationMs);
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  if (event.outcome === 'skipped')
    return verbose ? [paint.dim(`${label} skipped ${event.name}${reason}`)] : [];
  if (event.outcome === 'success') {
    const word = event.changed ? 'changed' : 'ok';
    return [`${label} ${word} ${event.name} (${after})${reason}`];
  }
  const word = event.outcome === 'failure' ? 'FAILED' : 'cancelled';
  const goesOn = event.conclusion === 'success' ? ' (goes on: continue-on-error)' : '';
  const lines = [`${label} ${paint.bad(`${word} ${event.name}`)} after ${after}${goesOn}`];
  if (event.error) {
    const code = event.error.code === undefined ? '' : ` ${event.error.code}`;
    lines.push(`${label} ${paint.bad(`error${code}: ${event.error.message}`)}`);
    if (event.error.hint !== undefined) lines.push(`${label}   hint: ${event.error.hint}`);
  }
  return lines;
}

function place(event: { readonly file?: string; readonly line?: number }): string {
  if (event.file === undefined) return '';
  return event.line === undefined ? `${event.file}: ` : `${event.file}:${event.line}: `;
}

/** One change in words: `container keystone on c1: replace (image changed)`. */
export function describeChange(change: {
  readonly host: string;
  readonly target: string;
  readonly kind: string;
  readonly reasons: readonly string[];
}): string {
  const why = change.reasons.length === 0 ? '' : ` (${change.reasons.join('; ')})`;
  return `${change.target} on ${change.host}: ${change.kind}${why}`;
}
