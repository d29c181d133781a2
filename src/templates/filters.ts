import { formatPercent } from './format.ts';
import { isKeywords } from './nunjucks.ts';
import {
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

type Filter = (value: unknown, ...args: unknown[]) => unknown;

/** Lets a filter's arguments be given by name; `names` are those after the value, in order. */
function named(names: readonly string[], body: Filter): Filter {
  return (value, ...given) => {
    const last = given.at(-1);
    if (!isKeywords(last)) return body(value, ...given);
    const args = given.slice(0, -1);
    for (const [name, one] of Object.entries(last)) {
      if (name === '__keywords') continue;
      if (!names.includes(name)) throw new TemplateMisuse(`the filter takes no "${name}"`);
      args[names.indexOf(name)] = one;
    }
    return body(value, ...args);
  };
}

const list = (value: unknown, filter: string): unknown[] =>
  itemsOf(value) ?? misuse(`"${filter}" needs a list, not ${kindOf(value)}`);

function misuse(message: string): never {
  throw new TemplateMisuse(message);
}

/** The value at a dotted path of keys and indices, or undefined. */
function attributeOf(item: unknown, path: unknown): unknown {
  let here = item;
  for (const key of textOf(path).split('.')) {
    const holder = here as Record<string, unknown> | undefined | null;
    here = typeof holder === 'object' && holder && Object.hasOwn(holder, key) ? holder[key] : undefined;
  }
  return here;
}

function sorted(items: unknown[], attribute: unknown, caseSensitive: boolean): unknown[] {
  const keyOf = (item: unknown) => {
    const key = attribute === undefined ? item : attributeOf(item, attribute);
    return typeof key === 'string' && !caseSensitive ? key.toLowerCase() : key;
  };
  return [...items].sort(
    (a, b) => order(keyOf(a), keyOf(b)) ?? misuse('"sort" cannot compare values of different kinds'),
  );
}

/** Filters over any value or a list, with Jinja2's meanings. */
export const valueFilters: Record<string, Filter> = {
  default: named(['default_value', 'boolean'], (value, fallback = '', boolean = false) =>
    value instanceof Undefined || (boolean === true && !isTrue(value)) ? fallback : value,
  ),
  length: (value) => list(value, 'length').length,
  list: (value) => [...list(value, 'list')],
  join: named(['d', 'attribute'], (value, separator = '', attribute) =>
    list(value, 'join')
      .map((item) => textOf(attribute === undefined ? item : attributeOf(item, attribute)))
      .join(textOf(separator)),
  ),
  first: (value) => list(value, 'first')[0] ?? misuse('"first" of an empty list'),
  last: (value) => list(value, 'last').at(-1) ?? misuse('"last" of an empty list'),
  sort: named(['reverse', 'case_sensitive', 'attribute'], (value, reverse, caseSensitive, attribute) => {
    const result = sorted(list(value, 'sort'), attribute, caseSensitive === true);
    return reverse === true ? result.reverse() : result;
  }),
  reverse: (value) =>
    typeof value === 'string' ? [...value].reverse().join('') : [...list(value, 'reverse')].reverse(),
  unique: (value) =>
    list(value, 'unique').filter((item, index, all) => all.findIndex((one) => isEqual(one, item)) === index),
  sum: named(['attribute', 'start'], (value, attribute, start = 0) =>
    list(value, 'sum').reduce<number>(
      (total, item) => total + Number(attribute === undefined ? item : attributeOf(item, attribute)),
      Number(start),
    ),
  ),
  min: (value) => sorted(list(value, 'min'), undefined, true)[0] ?? misuse('"min" of an empty list'),
  max: (value) => sorted(list(value, 'max'), undefined, true).at(-1) ?? misuse('"max" of an empty list'),
  dictsort: (value) =>
    isMap(value) ? sorted(Object.entries(value), undefined, false) : misuse('"dictsort" needs a map'),
  items: (value) => (isMap(value) ? Object.entries(value) : misuse('"items" needs a map')),
  dict2items: (value) =>
    isMap(value)
      ? Object.entries(value).map(([key, item]) => ({ key, value: item }))
      : misuse('"dict2items" needs a map'),
  combine: (value, ...more) => Object.assign({}, value, ...more.filter((one) => !isKeywords(one))),
  union: (value, more) => valueFilters['unique']?.([...list(value, 'union'), ...list(more, 'union')]),
  difference: (value, less) => {
    const others = list(less, 'difference');
    return list(value, 'difference').filter((item) => !others.some((one) => isEqual(one, item)));
  },
  intersect: (value, more) => {
    const others = list(more, 'intersect');
    return list(value, 'intersect').filter((item) => others.some((one) => isEqual(one, item)));
  },
  groupby: (value, attribute) => {
    const groups = new Map<unknown, unknown[]>();
    for (const item of sorted(list(value, 'groupby'), attribute, true)) {
      const key = attributeOf(item, attribute);
      groups.set(key, [...(groups.get(key) ?? []), item]);
    }
    return [...groups];
  },
  bool: (value) => value === true || value === 1 || /^(1|true|yes|on)$/i.test(textOf(value)),
  ternary: (value, yes, no) => (isTrue(value) ? yes : no),
  int: named(['default', 'base'], (value, fallback = 0, base = 10) => {
    const whole =
      typeof value === 'number' ? Math.trunc(value) : Number.parseInt(textOf(value), Number(base));
    return Number.isNaN(whole) ? fallback : whole;
  }),
  float: (value, fallback = 0) => (Number.isNaN(Number(textOf(value))) ? fallback : Number(textOf(value))),
  abs: (value) => Math.abs(Number(value)),
  string: (value) => textOf(value),
  tojson: named(['indent'], (value, indent) => JSON.stringify(value, null, indent as number | undefined)),
  to_json: (value) => JSON.stringify(value),
  to_nice_json: (value) => JSON.stringify(value, null, 4),
  from_json: (value) => {
    try {
      return JSON.parse(textOf(value)) as unknown;
    } catch (error) {
      return misuse(`"from_json": ${(error as Error).message}`);
    }
  },
  format: (value, ...args) => formatPercent(textOf(value), args),
  mandatory: (value) => value,
};

valueFilters['d'] = valueFilters['default'] as Filter;
valueFilters['count'] = valueFilters['length'] as Filter;
