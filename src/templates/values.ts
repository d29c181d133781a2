import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';

/**
 * What an undefined name stands for until it is used: it may be tested (`is defined`) and defaulted, an attribute of
 * it is undefined too, and every other use is E_TEMPLATE_UNDEFINED at the place where the name stands.
 */
export class Undefined {
  readonly what: string;
  readonly at: SourcePosition;
  readonly hint: (() => string) | undefined;

  constructor(what: string, at: SourcePosition, hint?: () => string) {
    this.what = what;
    this.at = at;
    this.hint = hint;
  }

  fail(): never {
    throw new UserError('E_TEMPLATE_UNDEFINED', this.what, { at: this.at, hint: this.hint?.() });
  }
}

/** A value that may be used: throws for an undefined one. */
export function defined(value: unknown): unknown {
  if (value instanceof Undefined) value.fail();
  return value;
}

/** Python's truth: empty text, lists and maps, 0 and None are false. */
export function isTrue(value: unknown): boolean {
  defined(value);
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as Python prints it: `True`, `None`, `['a', 1]`. */
export function textOf(value: unknown): string {
  defined(value);
  return typeof value === 'string' ? value : literalOf(value);
}

function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (isMap(value)) {
    const pairs = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${literalOf(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  return String(value);
}

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return escaped.includes("'") && !escaped.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll("'", "\\'")}'`;
}

/** Python's `==`: by value, lists and maps too; text is never equal to a number. */
export function isEqual(a: unknown, b: unknown): boolean {
  defined(a);
  defined(b);
  if (typeof a === 'boolean' && typeof b === 'number') return Number(a) === b;
  if (typeof b === 'boolean' && typeof a === 'number') return Number(b) === a;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && isEqual(a[key], b[key]));
  }
  return a === b;
}

/** Less, equal or greater for two values of a kind; undefined where Python would refuse. */
export function order(a: unknown, b: unknown): number | undefined {
  defined(a);
  defined(b);
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'boolean';
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
  for (const [index, item] of a.entries()) {
    if (index >= b.length) return 1;
    const here = order(item, b[index]);
    if (here !== 0) return here;
  }
  return a.length - b.length;
}

/** What a loop goes over: a list as it is, a map's keys, a text's characters. Undefined for what is no sequence. */
export function itemsOf(value: unknown): unknown[] | undefined {
  defined(value);
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (value instanceof Map) return [...value.entries()];
  if (value instanceof Set) return [...value];
  return isMap(value) ? Object.keys(value) : undefined;
}

/** The name of a value's kind for messages, by the words that template authors know. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const kinds: Record<string, string> = { string: 'text', number: 'a number', boolean: 'a boolean' };
  return kinds[typeof value] ?? `a ${typeof value}`;
}

/** Something that a template did with a value that it cannot do; the place is added where it is known. */
export class TemplateMisuse extends Error {}
