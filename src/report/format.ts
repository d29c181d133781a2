import type { JobRef } from '../lib/events.ts';

/** A duration for people: `0.4 s`, `12 s`, `3 min 4 s`, `1 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A size for people, in units of 1000. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 1_000_000_000) return `${Math.round(bytes / 1_000_000)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `1 host`, `2 hosts`. */
export function count(number: number, word: string, many = `${word}s`): string {
  return `${number} ${number === 1 ? word : many}`;
}

/** What tells the jobs of a stage apart: the host, the service where its name is not in the stage's, the matrix row. */
export function jobPlace(ref: JobRef): string {
  const parts: string[] = [];
  if (ref.host !== undefined) parts.push(ref.host);
  if (ref.service !== undefined && !ref.stage.split('/').includes(ref.service)) parts.push(ref.service);
  for (const [name, value] of Object.entries(ref.matrix ?? {})) parts.push(`${name}=${plain(value)}`);
  return parts.join(' ');
}

/** The name of a job for people: `deploy/keystone c1`. */
export function jobLabel(ref: JobRef): string {
  const place = jobPlace(ref);
  return place === '' ? ref.stage : `${ref.stage} ${place}`;
}

/** Cuts a text to a width, with an ellipsis. */
export function cutTo(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 1 ? '…' : `${text.slice(0, width - 1)}…`;
}

function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
