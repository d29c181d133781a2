import type { ImageResult, SlipwayEvent } from '../lib/events.ts';
import { count, formatDuration, formatSize } from './format.ts';
import type { Paint } from './paint.ts';

/** The plain lines of an event of a build; none for other events. */
export function renderBuildLine(event: SlipwayEvent, paint: Paint): readonly string[] {
  switch (event.type) {
    case 'build.started':
      return [paint.strong(`${count(event.images.length, 'image')}, ${event.jobs} at a time`)];
    case 'image.started':
      return [`[${event.image}] building: ${event.why}`];
    case 'image.step':
      return [paint.dim(`[${event.image}] ${event.step}/${event.of} ${firstLine(event.text)}`)];
    case 'image.output':
      return event.text.split('\n').map((line) => `[${event.image}]   ${line}`);
    case 'image.finished':
      return renderImageEnd(event, paint);
    case 'build.finished':
      return ['', renderCounts(event.counts, event.durationMs)];
    default:
      return [];
  }
}

/** How an image ended; a failed one with its step and the end of its log. */
export function renderImageEnd(image: ImageResult, paint: Paint): readonly string[] {
  const label = `[${image.image}]`;
  const size = image.sizeBytes === undefined ? '' : `, ${formatSize(image.sizeBytes)}`;
  const because = image.because === undefined ? '' : `: ${image.because}`;
  switch (image.status) {
    case 'built':
      return [paint.good(`${label} built in ${formatDuration(image.durationMs)}${size}`)];
    case 'unchanged':
      return [`${label} unchanged${size}`];
    case 'skipped':
      return [paint.warn(`${label} skipped${because}`)];
    case 'cancelled':
      return [paint.warn(`${label} cancelled`)];
    case 'failed':
      return renderFailedImage(image, paint);
    default:
      return image.status satisfies never;
  }
}

function renderFailedImage(image: ImageResult, paint: Paint): readonly string[] {
  const label = `[${image.image}]`;
  const lines = [
    paint.bad(
      `${label} FAILED after ${formatDuration(image.durationMs)}: ${image.message ?? 'no reason given'}`,
    ),
  ];
  if (image.failedStep !== undefined) lines.push(`${label}   step: ${firstLine(image.failedStep)}`);
  for (const line of image.logTail ?? []) lines.push(`${label}   | ${line}`);
  if (image.logFile !== undefined) lines.push(`${label}   whole log: ${image.logFile}`);
  return lines;
}

/** `8 built, 2 unchanged after 3 min 4 s`. */
export function renderCounts(counts: Readonly<Record<string, number>>, durationMs: number): string {
  const parts = Object.entries(counts).filter(([, number]) => number > 0);
  const text = parts.map(([status, number]) => `${number} ${status}`).join(', ');
  return `${text === '' ? 'nothing to build' : text} after ${formatDuration(durationMs)}`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
