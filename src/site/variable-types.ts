import { type Problem, problem } from '../lib/errors.ts';
import type { VariableLayer } from './variables.ts';

/** The type that a service declares for a variable; undefined takes anything. */
export type VariableType = 'string' | 'number' | 'boolean' | 'list' | 'map';

/** What services document: variables by name with their types. */
export type VariableTypes = ReadonlyMap<string, VariableType | undefined>;

const words: Readonly<Record<VariableType, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
};

/**
 * A layer with its values as their types want them, and a problem for each that is of another type. Text that was
 * written as a number or a boolean keeps what was written (`1.10`).
 */
export function withTypes(
  layer: VariableLayer,
  types: VariableTypes,
): { readonly layer: VariableLayer; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const typed = [...layer].map(([name, entry]) => {
    const type = types.get(name);
    const isScalar = typeof entry.value === 'number' || typeof entry.value === 'boolean';
    if (type === 'string' && isScalar && entry.text !== undefined)
      return [name, { ...entry, value: entry.text }] as const;
    if (type !== undefined && !isOfType(entry.value, type)) {
      const message = `"${name}" must be ${words[type]}, not ${described(entry.value)}`;
      problems.push(problem('E_SCHEMA_TYPE', message, { at: entry.at }));
    }
    return [name, entry] as const;
  });
  return { layer: new Map(typed), problems };
}

function isOfType(value: unknown, type: VariableType): boolean {
  switch (type) {
    case 'list':
      return Array.isArray(value);
    case 'map':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return type satisfies never;
  }
}

function described(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? `text ("${value.slice(0, 40)}")` : String(value);
}
