import type { SourcePosition } from '../lib/position.ts';
import { methodOf } from './methods.ts';
import { isKeywords } from './nunjucks.ts';
import { isMap, isTrue, itemsOf, kindOf, TemplateMisuse, textOf, Undefined } from './values.ts';

type AnyFunction = (...args: unknown[]) => unknown;
type Tables = { readonly filters: Record<string, AnyFunction>; readonly tests: Record<string, AnyFunction> };

const nowhere: SourcePosition = { file: '', line: 0, column: 0 };

/** `map`, `select`, `reject`, `selectattr`, `rejectattr`: filters that use other filters and tests by their names. */
export function selections(tables: Tables): Record<string, AnyFunction> {
  const passes = (item: unknown, test: unknown, args: unknown[]): boolean => {
    if (test === undefined) return isTrue(item);
    const body = tables.tests[textOf(test)];
    if (!body) throw new TemplateMisuse(`there is no test "${textOf(test)}"`);
    return body(item, ...args) === true;
  };
  const select =
    (wanted: boolean) =>
    (value: unknown, test: unknown, ...args: unknown[]) =>
      itemsIn(value).filter((item) => passes(item, test, args) === wanted);
  const selectByAttribute =
    (wanted: boolean) =>
    (value: unknown, name: unknown, test: unknown, ...args: unknown[]) =>
      itemsIn(value).filter((item) => passes(attribute(item, textOf(name)), test, args) === wanted);
  return {
    select: select(true),
    reject: select(false),
    selectattr: selectByAttribute(true),
    rejectattr: selectByAttribute(false),
    map: (value, ...args) => itemsIn(value).map((item) => mapped(item, args, tables)),
  };
}

function mapped(item: unknown, args: unknown[], tables: Tables): unknown {
  const last = args.at(-1);
  if (isKeywords(last) && 'attribute' in last) {
    const found = attribute(item, textOf(last['attribute']));
    if (!(found instanceof Undefined)) return found;
    if ('default' in last) return last['default'];
    throw new TemplateMisuse(`an item of the list has no "${textOf(last['attribute'])}"`);
  }
  const [name, ...rest] = args;
  const filter = tables.filters[textOf(name)];
  if (!filter) throw new TemplateMisuse(`there is no filter "${textOf(name)}"`);
  return filter(item, ...rest);
}

function itemsIn(value: unknown): unknown[] {
  const items = itemsOf(value);
  if (!items) throw new TemplateMisuse(`a list is needed, not ${kindOf(value)}`);
  return items;
}

function attribute(item: unknown, path: string): unknown {
  let here = item;
  for (const key of path.split('.')) {
    const index = Array.isArray(here) ? here[Number(key)] : undefined;
    const own = isMap(here) && Object.hasOwn(here, key) ? here[key] : index;
    here = own ?? methodOf(here, key);
    if (here === undefined) return new Undefined(`"${key}" is not defined in an item of the list`, nowhere);
  }
  return here;
}
