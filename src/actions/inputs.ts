import { z } from 'zod';

/** Text of an expression that must be a number: `with:` values arrive as text or as YAML data. */
export function numberInput(fallback: number, limits: { min: number; max: number }): z.ZodType<number> {
  return z
    .preprocess((value) => {
      if (value === undefined || value === null || value === '') return fallback;
      return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    }, z.number().min(limits.min).max(limits.max))
    .default(fallback) as unknown as z.ZodType<number>;
}

/** A number that must be given. */
export function neededNumber(limits: { min: number; max: number }): z.ZodType<number> {
  return z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
    z.number().min(limits.min).max(limits.max),
  ) as unknown as z.ZodType<number>;
}

/** A boolean as YAML data or as the text `true` or `false`. */
export function booleanInput(fallback: boolean): z.ZodType<boolean> {
  return z
    .preprocess((value) => {
      if (value === undefined || value === null || value === '') return fallback;
      return value === 'true' ? true : value === 'false' ? false : value;
    }, z.boolean())
    .default(fallback) as unknown as z.ZodType<boolean>;
}

/** Text; numbers and booleans are taken as they print. */
export const textInput: z.ZodType<string> = z.preprocess(
  (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
  z.string(),
) as unknown as z.ZodType<string>;

/** A map of texts, as YAML data, as JSON, or as lines `name: value`. */
export const mapInput: z.ZodType<Record<string, string>> = z.preprocess(
  (value) => (typeof value === 'string' ? readMap(value) : value),
  z.record(z.string(), textInput),
) as unknown as z.ZodType<Record<string, string>>;

function readMap(text: string): unknown {
  if (text.trim().startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line));
  if (pairs.some((pair) => pair === null)) return text;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
