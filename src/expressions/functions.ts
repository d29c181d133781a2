import { UserError } from '../lib/errors.ts';
import { data, functionArity, wellKnownFunctions } from './library.ts';
import { expressionLimits, type Scope } from './model.ts';
import { isDictionary, isList, plainOf, textOf, tooLarge, type Value, type ValueMaker } from './values.ts';

/** Names of the functions that go by the status, in lower case. */
export const statusFunctions: readonly string[] = ['success', 'failure', 'always', 'cancelled'];

/** Names of the language's own functions, as people write them. */
export const languageFunctions: readonly string[] = [
  'case',
  'contains',
  'endsWith',
  'format',
  'fromJSON',
  'join',
  'startsWith',
  'toJSON',
];

type Definition = (typeof wellKnownFunctions)[string];

/**
 * The functions of one evaluation, by their names in lower case: the library's, with those replaced that would lose
 * keys, run without bounds or throw errors without a code; the status functions; those of the scope.
 */
export function functionsOf(scope: Scope, maker: ValueMaker): Map<string, Definition> {
  const made = new Map<string, Definition>();
  const add = (name: string, call: (...args: Value[]) => Value) => {
    const { min, max } = functionArity[name] ?? { min: 0, max: 255 };
    made.set(name, { name, minArgs: min, maxArgs: max, call });
  };
  const status = scope.status ?? 'success';
  const results = (args: Value[]) => args.map((arg) => resultOfNeed(textOf(arg), scope, maker));
  add('success', (...args) =>
    flag(args.length === 0 ? status === 'success' : results(args).every(isSuccess)),
  );
  add('failure', (...args) =>
    flag(args.length === 0 ? status === 'failure' : results(args).includes('failure')),
  );
  add('cancelled', () => flag(status === 'cancelled'));
  add('always', () => flag(true));
  add('fromjson', (text) => maker.value(readJson(textOf(text as Value))));
  add('tojson', (value) => new data.StringData(JSON.stringify(plainOf(value as Value), null, 2)));
  add('format', (...args) => boundedFormat(args));
  add('join', (...args) => boundedJoin(args));
  for (const [name, call] of Object.entries(scope.functions ?? {})) {
    add(name.toLowerCase(), (...args) => maker.value(call(...args.map(plainOf))));
  }
  return made;
}

function flag(value: boolean): Value {
  return new data.BooleanData(value);
}

function isSuccess(result: string): boolean {
  return result === 'success';
}

function resultOfNeed(name: string, scope: Scope, maker: ValueMaker): string {
  const needs = maker.value(scope.contexts['needs']);
  const need = isDictionary(needs) ? needs.get(name) : undefined;
  const result = need && isDictionary(need) ? need.get('result') : undefined;
  return result ? textOf(result) : '';
}

function readJson(text: string): unknown {
  if (text.trim() === '') {
    throw new UserError('E_EXPRESSION_VALUE', 'fromJSON() was given an empty text', {
      hint: "give it a default: fromJSON(x || '[]')",
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why =
      error instanceof Error ? error.message.replace(/, "[\s\S]*$| in JSON at position.*$/, '') : '';
    throw new UserError('E_EXPRESSION_VALUE', `fromJSON() was given a text that is no JSON (${why})`, {
      cause: error,
    });
  }
}

/** `format` with its result's length known before it is made. */
function boundedFormat(args: Value[]): Value {
  const pattern = textOf(args[0] as Value);
  let length = pattern.length;
  for (const [, index] of pattern.matchAll(/\{(\d+)/g)) {
    const arg = args[Number(index) + 1];
    length += arg ? textOf(arg).length : 0;
    if (length > expressionLimits.resultLength) throw tooLong();
  }
  return (wellKnownFunctions['format'] as Definition).call(...args);
}

function boundedJoin(args: Value[]): Value {
  const [items, separator] = args as [Value, Value | undefined];
  if (isList(items)) {
    const between = separator ? textOf(separator).length : 1;
    let length = 0;
    for (const item of items.values()) {
      length += textOf(item).length + between;
      if (length > expressionLimits.resultLength) throw tooLong();
    }
  }
  return (wellKnownFunctions['join'] as Definition).call(...args);
}

/** The failure of a text that passes `expressionLimits.resultLength`. */
export function tooLong(): UserError {
  return tooLarge(`longer than ${expressionLimits.resultLength} characters`);
}
