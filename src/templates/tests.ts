import { isEqual, isMap, itemsOf, order, textOf, Undefined } from './values.ts';

type Test = (value: unknown, ...args: unknown[]) => boolean;

const compared = (a: unknown, b: unknown, holds: (result: number) => boolean): boolean => {
  const result = order(a, b);
  return result !== undefined && holds(result);
};

/** What may stand after `is`: Jinja2's tests, and Ansible's `match` and `search`. */
export const jinjaTests: Record<string, Test> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  null: (value) => value === null,
  None: (value) => value === null,
  true: (value) => value === true,
  false: (value) => value === false,
  True: (value) => value === true,
  False: (value) => value === false,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  float: (value) => typeof value === 'number' && !Number.isInteger(value),
  string: (value) => typeof value === 'string',
  mapping: (value) => isMap(value),
  sequence: (value) => typeof value === 'string' || Array.isArray(value) || isMap(value),
  iterable: (value) => itemsOf(value) !== undefined,
  callable: (value) => typeof value === 'function',
  sameas: (value, other) => value === other,
  divisibleby: (value, by) => Number(value) % Number(by) === 0,
  even: (value) => Number(value) % 2 === 0,
  odd: (value) => Math.abs(Number(value) % 2) === 1,
  in: (value, list) =>
    typeof list === 'string'
      ? list.includes(textOf(value))
      : (itemsOf(list) ?? []).some((one) => isEqual(one, value)),
  contains: (list, value) => (itemsOf(list) ?? []).some((one) => isEqual(one, value)),
  eq: (a, b) => isEqual(a, b),
  equalto: (a, b) => isEqual(a, b),
  ne: (a, b) => !isEqual(a, b),
  lt: (a, b) => compared(a, b, (result) => result < 0),
  le: (a, b) => compared(a, b, (result) => result <= 0),
  gt: (a, b) => compared(a, b, (result) => result > 0),
  ge: (a, b) => compared(a, b, (result) => result >= 0),
  match: (value, pattern) => new RegExp(`^(?:${textOf(pattern)})`).test(textOf(value)),
  search: (value, pattern) => new RegExp(textOf(pattern)).test(textOf(value)),
  lower: (value) => textOf(value) === textOf(value).toLowerCase(),
  upper: (value) => textOf(value) === textOf(value).toUpperCase(),
};
