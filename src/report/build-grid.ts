import type { SlipwayEvent } from '../lib/events.ts';
import { cutTo, formatDuration } from './format.ts';
import type { Paint } from './paint.ts';

type Image = { step: string; startedAt: number; last: string };

/** The images that are being built now, one row an image. */
export type BuildGrid = {
  readonly receive: (event: SlipwayEvent) => void;
  readonly isActive: () => boolean;
  readonly render: (now: number, paint: Paint) => readonly string[];
};

/** Follows the events of a build. */
export function createBuildGrid(): BuildGrid {
  const images = new Map<string, Image>();
  let total = 0;
  let ended = 0;
  let startedAt = 0;
  return {
    receive: (event) => {
      if (event.type === 'build.started') {
        total = event.images.length;
        ended = 0;
        startedAt = event.time;
      } else if (event.type === 'image.started') {
        images.set(event.image, { step: 'starting', startedAt: event.time, last: '' });
      } else if (event.type === 'image.step') {
        const text = `${event.step}/${event.of} ${event.text.split('\n')[0] ?? ''}`;
        Object.assign(images.get(event.image) ?? {}, { step: text, last: '' });
      } else if (event.type === 'image.output') {
        const last = event.text.split('\n').findLast((line) => line.trim() !== '');
        if (last !== undefined) Object.assign(images.get(event.image) ?? {}, { last: last.trim() });
      } else if (event.type === 'image.finished') {
        images.delete(event.image);
        ended += 1;
      } else if (event.type === 'build.finished') {
        images.clear();
        total = 0;
      }
    },
    isActive: () => total > 0,
    render: (now, paint) => [
      ...[...images].map(([name, image]) => {
        const time = formatDuration(Math.max(0, now - image.startedAt));
        const last = image.last === '' ? '' : paint.dim(` | ${cutTo(image.last, 80)}`);
        return `${paint.strong(name)} > ${cutTo(image.step, 60)} ${paint.dim(time)}${last}`;
      }),
      paint.dim(`-- ${ended} of ${total} images · ${formatDuration(Math.max(0, now - startedAt))}`),
    ],
  };
}
