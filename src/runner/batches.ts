import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';

/**
 * Sizes of `serial`: a number, a percentage, or a list of both whose last one repeats, as in Ansible. Gives the keys in
 * batches. Throws E_STAGE_SERIAL.
 */
export function batchesOf<T>(
  items: readonly T[],
  serial: unknown,
  at?: SourcePosition,
): readonly (readonly T[])[] {
  if (serial === undefined || serial === null || serial === '') return [items];
  const sizes = (Array.isArray(serial) ? serial : [serial]).map((size) => countOf(size, items.length, at));
  const batches: (readonly T[])[] = [];
  for (let start = 0, i = 0; start < items.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)] ?? items.length;
    batches.push(items.slice(start, start + size));
    start += size;
  }
  return batches;
}

function countOf(size: unknown, total: number, at: SourcePosition | undefined): number {
  const text = String(size).trim();
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  const count = percent ? Math.floor((Number(percent[1]) / 100) * total) : Number(text);
  if (Number.isInteger(count) && (percent || count > 0)) return Math.max(1, count);
  throw new UserError('E_STAGE_SERIAL', `"${text}" is not a number of hosts or a percentage`, {
    at,
    hint: 'write serial: 1, serial: 30%, or a list such as [1, 30%]',
  });
}

/** How many failures a stage of `total` jobs bears: `max-failures` is a number or a percentage. */
export function allowedFailures(maxFailures: unknown, total: number, at?: SourcePosition): number {
  if (maxFailures === undefined || maxFailures === null || maxFailures === '') return 0;
  const text = String(maxFailures).trim();
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  const count = percent ? Math.floor((Number(percent[1]) / 100) * total) : Number(text);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new UserError('E_STAGE_MAX_FAILURES', `"${text}" is not a number of jobs or a percentage`, {
    at,
    hint: 'write max-failures: 2 or max-failures: 10%',
  });
}
