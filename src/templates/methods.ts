import { formatBraces } from './format.ts';
import { isEqual, isMap, itemsOf, kindOf, TemplateMisuse, textOf } from './values.ts';

type Method = (...args: unknown[]) => unknown;

/** Python's methods of texts, lists and maps, as far as templates use them. Undefined for an unknown name. */
export function methodOf(value: unknown, name: string): Method | undefined {
  if (typeof value === 'string') return bound(stringMethods, value, name);
  if (Array.isArray(value)) return bound(listMethods, value, name);
  return isMap(value) ? bound(mapMethods, value, name) : undefined;
}

function bound<T>(table: Record<string, (self: T, ...args: unknown[]) => unknown>, self: T, name: string) {
  if (!Object.hasOwn(table, name)) return undefined;
  return (...args: unknown[]) => table[name]?.(self, ...args);
}

const strip = (text: string, characters: unknown, side: 'both' | 'left' | 'right'): string => {
  const cut = typeof characters === 'string' ? [...characters] : undefined;
  const goes = (one: string) => (cut ? cut.includes(one) : /\s/.test(one));
  let start = 0;
  let end = text.length;
  if (side !== 'right') while (start < end && goes(text[start] as string)) start += 1;
  if (side !== 'left') while (end > start && goes(text[end - 1] as string)) end -= 1;
  return text.slice(start, end);
};

const any = (wanted: unknown, test: (one: string) => boolean): boolean =>
  (Array.isArray(wanted) ? wanted : [wanted]).some((one) => test(textOf(one)));

const split = (text: string, separator: unknown, limit: unknown): string[] => {
  const parts = typeof separator === 'string' ? text.split(separator) : text.trim().split(/\s+/);
  if (parts.length === 1 && parts[0] === '' && typeof separator !== 'string') return [];
  if (typeof limit !== 'number' || limit < 0 || parts.length <= limit + 1) return parts;
  const joint = typeof separator === 'string' ? separator : ' ';
  return [...parts.slice(0, limit), parts.slice(limit).join(joint)];
};

const stringMethods: Record<string, (self: string, ...args: unknown[]) => unknown> = {
  split: (text, separator, limit) => split(text, separator, limit),
  rsplit: (text, separator, limit) => {
    const parts = split(text, separator, undefined);
    if (typeof limit !== 'number' || parts.length <= limit + 1) return parts;
    const head = parts.slice(0, parts.length - limit).join(textOf(separator ?? ' '));
    return [head, ...parts.slice(parts.length - limit)];
  },
  splitlines: (text) => text.replace(/\n$/, '').split('\n'),
  strip: (text, characters) => strip(text, characters, 'both'),
  lstrip: (text, characters) => strip(text, characters, 'left'),
  rstrip: (text, characters) => strip(text, characters, 'right'),
  startswith: (text, start) => any(start, (one) => text.startsWith(one)),
  endswith: (text, end) => any(end, (one) => text.endsWith(one)),
  replace: (text, from, to) => text.replaceAll(textOf(from), () => textOf(to)),
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: (text) => text.toLowerCase().replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  capitalize: (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  join: (text, list) => (itemsOf(list) ?? misuse('join', list)).map(textOf).join(text),
  find: (text, part) => text.indexOf(textOf(part)),
  count: (text, part) => text.split(textOf(part)).length - 1,
  format: (text, ...args) => formatBraces(text, args),
  isdigit: (text) => /^[0-9]+$/.test(text),
  zfill: (text, width) => text.padStart(Number(width), '0'),
  ljust: (text, width, fill = ' ') => text.padEnd(Number(width), textOf(fill)),
  rjust: (text, width, fill = ' ') => text.padStart(Number(width), textOf(fill)),
};

const listMethods: Record<string, (self: unknown[], ...args: unknown[]) => unknown> = {
  append: (list, item) => {
    list.push(item);
    return null;
  },
  extend: (list, more) => {
    list.push(...(itemsOf(more) ?? misuse('extend', more)));
    return null;
  },
  insert: (list, index, item) => {
    list.splice(Number(index), 0, item);
    return null;
  },
  pop: (list, index = -1) => list.splice(Number(index), 1)[0],
  remove: (list, item) => {
    const index = list.findIndex((one) => isEqual(one, item));
    if (index !== -1) list.splice(index, 1);
    return null;
  },
  index: (list, item) => list.findIndex((one) => isEqual(one, item)),
  count: (list, item) => list.filter((one) => isEqual(one, item)).length,
  copy: (list) => [...list],
};

const mapMethods: Record<string, (self: Record<string, unknown>, ...args: unknown[]) => unknown> = {
  items: (map) => Object.entries(map),
  keys: (map) => Object.keys(map),
  values: (map) => Object.values(map),
  get: (map, key, fallback = null) => (Object.hasOwn(map, textOf(key)) ? map[textOf(key)] : fallback),
  update: (map, more) => {
    Object.assign(map, isMap(more) ? more : misuse('update', more));
    return null;
  },
  copy: (map) => ({ ...map }),
};

function misuse(method: string, value: unknown): never {
  throw new TemplateMisuse(`${method}() cannot take ${kindOf(value)}`);
}
