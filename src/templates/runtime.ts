import { UserError } from '../lib/errors.ts';
import type { SourcePosition as At } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import { methodOf } from './methods.ts';
import {
  baseRuntime,
  type Callable,
  type Context,
  type Environment,
  type Frame,
  isKeywords,
} from './nunjucks.ts';
import { operate } from './operators.ts';
import { importedName, includeTemplate, loadTemplate } from './other-templates.ts';
import { cut, Slice } from './slices.ts';
import {
  defined,
  isEqual,
  isMap,
  isTrue,
  itemsOf,
  kindOf,
  order,
  TemplateMisuse,
  textOf,
  Undefined,
} from './values.ts';

/**
 * What the code of compiled templates calls; each function knows the place that it works for. Failures are UserErrors:
 * E_TEMPLATE_UNDEFINED, and E_TEMPLATE_RENDER for what Python would refuse.
 */
export const runtime = {
  ...baseRuntime,
  isTrue,
  and: (left: unknown, right: () => unknown) => (isTrue(left) ? right() : left),
  or: (left: unknown, right: () => unknown) => (isTrue(left) ? left : right()),
  slice: (parts: unknown[]) => new Slice(parts.map(defined)),
  map: (pairs: [unknown, unknown][]) => Object.fromEntries(pairs.map(([key, value]) => [textOf(key), value])),
  makeMacro: (names: string[], keywords: string[], body: Callable) =>
    baseRuntime.makeMacro(names, keywords, function macro(this: unknown, ...args: unknown[]) {
      return String(body.apply(this, args));
    }),
  markSafe: (text: unknown) => text,
  includeTemplate,
  importedName,
  loadTemplate,

  print: (value: unknown, at: At): string => {
    if (typeof value === 'function') return misused('a function is printed: call it with ()', at);
    return textOf(value);
  },

  local: (value: unknown, name: string, at: At) =>
    value === undefined ? new Undefined(`"${name}" is not defined`, at) : value,

  variable: (env: Environment, context: Context, frame: Frame, { name, at }: { name: string; at: At }) => {
    const own = frame.lookup(name);
    if (own !== undefined) return own;
    const variables = context.getVariables();
    const holder = Object.hasOwn(variables, name) ? variables : env.globals;
    if (Object.hasOwn(holder, name) && holder[name] !== undefined) return holder[name];
    const known = () => [...Object.keys(variables), ...Object.keys(env.globals)];
    return new Undefined(`"${name}" is not defined`, at, () => didYouMean(name, known()));
  },

  attribute: (target: unknown, key: unknown, name: string, at: At): unknown => {
    if (target instanceof Undefined) return target;
    if (key instanceof Slice) return placed(at, () => cut(target, key));
    defined(key);
    if (Array.isArray(target) || typeof target === 'string') {
      if (typeof key === 'number') {
        const item = target[key < 0 ? key + target.length : key];
        if (item !== undefined) return item;
      }
    } else if (isMap(target) && Object.hasOwn(target, String(key)) && target[String(key)] !== undefined) {
      return target[String(key)];
    }
    const method = typeof key === 'string' ? methodOf(target, key) : undefined;
    return method ?? missing(target, textOf(key), name, at);
  },

  assign: (target: unknown, key: unknown, value: unknown, at: At): void => {
    defined(target);
    if (!isMap(target)) misused(`an attribute of ${kindOf(target)} cannot be set`, at);
    target[textOf(key)] = value;
  },

  items: (value: unknown, at: At): unknown[] =>
    itemsOf(value) ?? misused(`${kindOf(value)} cannot be gone over`, at),

  /** What a loop goes over; with several names, lists of as many values (a map gives its pairs). */
  loopItems: (value: unknown, names: number, at: At): unknown[] => {
    if (names === 1) return runtime.items(value, at);
    const items = isMap(defined(value)) ? Object.entries(value as object) : runtime.items(value, at);
    for (const item of items) {
      if (Array.isArray(item) && item.length === names) continue;
      const found = Array.isArray(item) ? `a list of ${item.length}` : kindOf(item);
      misused(`the loop has ${names} names, but its list holds ${found}`, at);
    }
    return items;
  },

  keywords: (value: unknown, at: At): object =>
    isMap(defined(value)) ? (value as object) : misused(`"**" needs a map, not ${kindOf(value)}`, at),

  contains: (item: unknown, container: unknown, at: At): boolean => {
    defined(item);
    if (typeof defined(container) === 'string') return (container as string).includes(textOf(item));
    if (isMap(container)) return Object.hasOwn(container, textOf(item));
    return runtime.items(container, at).some((one) => isEqual(one, item));
  },

  compare: (first: unknown, rest: [string, () => unknown][], at: At): boolean => {
    let left = first;
    for (const [operator, next] of rest) {
      const right = next();
      if (!holds(operator, left, right, at)) return false;
      left = right;
    }
    return true;
  },

  operate: (operator: string, left: unknown, right: unknown, at: At): unknown =>
    placed(at, () => operate(operator, left, right)),

  test: (call: Named, value: unknown, args: unknown[], at: At): boolean => {
    const test = call.env.tests[call.name];
    if (!test) unknownName('test', call.name, Object.keys(call.env.tests), at);
    if (!['defined', 'undefined'].includes(call.name)) [value, ...args].forEach(defined);
    return placed(at, () => test.call(call.context, value, ...args)) === true;
  },

  filter: (call: Named, args: unknown[], at: At): unknown => {
    const filter = call.env.filters[call.name];
    if (!filter) unknownName('filter', call.name, Object.keys(call.env.filters), at);
    const lenient = call.name === 'default' || call.name === 'd';
    for (const arg of lenient ? args.slice(1) : args) checkArgument(arg);
    const result = placed(at, () => filter.call(call.context, ...args));
    return typeof result === 'object' && result instanceof baseRuntime.SafeString ? String(result) : result;
  },

  call: (callee: unknown, name: string, context: Context, { args, at }: { args: unknown[]; at: At }) => {
    defined(callee);
    if (typeof callee !== 'function') misused(`${name} is ${kindOf(callee)} and cannot be called`, at);
    return placed(at, () => callee.apply(context, args)) as unknown;
  },

  handleError: (error: unknown): unknown =>
    error instanceof RangeError
      ? new UserError('E_TEMPLATE_RENDER', 'the templates or macros call each other without end')
      : error,
};

export type Runtime = typeof runtime;

type Named = { readonly env: Environment; readonly context: Context; readonly name: string };

function misused(message: string, at: At): never {
  throw new UserError('E_TEMPLATE_RENDER', message, { at });
}

/** Gives a failure the place of the operation, unless it has one. Errors that no user can cause pass. */
function placed<T>(at: At, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof TemplateMisuse || isForeign(error)) {
      throw new UserError('E_TEMPLATE_RENDER', error.message, { at, cause: error });
    }
    if (!(error instanceof UserError) || error.at) throw error;
    throw new UserError(error.code, error.message, { at, hint: error.hint, cause: error });
  }
}

/** An error of one of nunjucks's own filters, which throw for values of the wrong kind. */
function isForeign(error: unknown): error is Error {
  return (
    error instanceof Error && error.name === 'Template render error' && !('cause' in error && error.cause)
  );
}

function checkArgument(arg: unknown): void {
  if (isKeywords(arg)) Object.values(arg).forEach(defined);
  else defined(arg);
}

function unknownName(kind: string, name: string, known: string[], at: At): never {
  throw new UserError('E_TEMPLATE_RENDER', `there is no ${kind} "${name}"`, {
    at,
    hint: didYouMean(name, known),
  });
}

function missing(target: unknown, key: string, name: string, at: At): Undefined {
  if (isMap(target)) {
    const known = Object.keys(target);
    return new Undefined(`"${key}" is not defined in "${name}"`, at, () => didYouMean(key, known));
  }
  if (Array.isArray(target)) {
    return new Undefined(`"${name}" is a list of ${target.length} and has no "${key}"`, at);
  }
  return new Undefined(`"${name}" is ${kindOf(target)} and has no "${key}"`, at);
}

function holds(operator: string, left: unknown, right: unknown, at: At): boolean {
  if (operator.startsWith('==')) return isEqual(left, right);
  if (operator.startsWith('!=')) return !isEqual(left, right);
  const result = order(left, right);
  if (result === undefined) {
    return misused(`"${operator}" cannot compare ${kindOf(left)} and ${kindOf(right)}`, at);
  }
  if (operator === '<') return result < 0;
  if (operator === '<=') return result <= 0;
  return operator === '>' ? result > 0 : result >= 0;
}
