import { kindOf, TemplateMisuse } from './values.ts';

/** `[start:end:step]` as written; absent parts are undefined. */
export class Slice {
  readonly parts: readonly unknown[];

  constructor(parts: readonly unknown[]) {
    this.parts = parts;
  }
}

/** Python's slice of a list or text. */
export function cut(value: unknown, slice: Slice): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) {
    throw new TemplateMisuse(`${kindOf(value)} cannot be sliced`);
  }
  const items: unknown[] = typeof value === 'string' ? [...value] : value;
  const [start, end, step = 1] = slice.parts as (number | undefined)[];
  if (step === 0) throw new TemplateMisuse('the step of a slice cannot be 0');
  const forward = (step ?? 1) > 0;
  const bound = (index: number | undefined | null, fallback: number) => {
    if (index === undefined || index === null) return fallback;
    const from = index < 0 ? index + items.length : index;
    return Math.max(forward ? 0 : -1, Math.min(forward ? items.length : items.length - 1, from));
  };
  const first = bound(start, forward ? 0 : items.length - 1);
  const last = bound(end, forward ? items.length : -1);
  const taken: unknown[] = [];
  for (let i = first; forward ? i < last : i > last; i += step) taken.push(items[i]);
  return typeof value === 'string' ? taken.join('') : taken;
}
