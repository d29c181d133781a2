import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { InputDeclaration } from './model.ts';

export type InputValue = string | number | boolean;

/**
 * The value of an input, converted to its declared type: text such as `true` or `3` is taken where a boolean or a
 * number is meant. Problems E_INPUT_TYPE and E_INPUT_CHOICE.
 */
export function convertInput(
  input: InputDeclaration,
  given: unknown,
  at: SourcePosition | undefined,
): { readonly value?: InputValue; readonly problem?: Problem } {
  const wrong = (wanted: string) => {
    const message = `the input "${input.name}" must be ${wanted}, not ${shown(given)}`;
    return { problem: problem('E_INPUT_TYPE', message, { at, hint: hintOf(input) }) };
  };
  if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean')
    return wrong('a plain value');
  const text = String(given);
  switch (input.type) {
    case 'string':
    case 'environment':
      return { value: text };
    case 'number': {
      const number = typeof given === 'boolean' || text.trim() === '' ? Number.NaN : Number(text);
      return Number.isNaN(number) ? wrong('a number') : { value: number };
    }
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : wrong('true or false');
    case 'choice': {
      const options = input.options ?? [];
      if (options.includes(text)) return { value: text };
      const message = `the input "${input.name}" must be one of ${options.join(', ')}, not "${text}"`;
      return { problem: problem('E_INPUT_CHOICE', message, { at, hint: didYouMean(text, options) }) };
    }
    default:
      return input.type satisfies never;
  }
}

/** What an input is where nothing is given: its default, else GitHub's empty value of its type. */
export function emptyInput(input: InputDeclaration): InputValue {
  if (input.default !== undefined) return input.default;
  if (input.type === 'number') return 0;
  if (input.type === 'boolean') return false;
  return input.type === 'choice' ? (input.options?.[0] ?? '') : '';
}

/** Names that are given and not declared, and required ones that are not given. */
export function checkInputNames(
  declared: readonly InputDeclaration[],
  given: readonly { readonly name: string; readonly at?: SourcePosition | undefined }[],
  { of, at }: { readonly of: string; readonly at?: SourcePosition | undefined },
): readonly Problem[] {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const unknown = given
    .filter((one) => !declared.some((input) => same(input.name, one.name)))
    .map((one) =>
      problem('E_INPUT_UNKNOWN', `${of} has no input "${one.name}"`, {
        at: one.at,
        hint: didYouMean(
          one.name,
          declared.map((input) => input.name),
        ),
      }),
    );
  const missing = declared
    .filter((input) => input.required && input.default === undefined)
    .filter((input) => !given.some((one) => same(input.name, one.name)))
    .map((input) =>
      problem('E_INPUT_MISSING', `${of} needs the input "${input.name}"`, { at, hint: hintOf(input) }),
    );
  return [...unknown, ...missing];
}

function hintOf(input: InputDeclaration): string | undefined {
  if (input.description !== undefined) return `${input.name}: ${input.description}`;
  return input.type === 'choice' ? `one of ${(input.options ?? []).join(', ')}` : undefined;
}

function shown(given: unknown): string {
  if (given === null || given === undefined || given === '') return 'empty';
  if (typeof given === 'object') return Array.isArray(given) ? 'a list' : 'a map';
  return `"${String(given).slice(0, 40)}"`;
}
