import { formatPercent } from './format.ts';
import { defined, isMap, kindOf, TemplateMisuse, textOf } from './values.ts';

/** Python's arithmetic on template values. Throws TemplateMisuse where Python would raise a TypeError. */
export function operate(operator: string, left: unknown, right: unknown): unknown {
  const a = defined(left);
  const b = defined(right);
  if (operator === '~') return textOf(a) + textOf(b);
  if (typeof a === 'number' && typeof b === 'number') return arithmetic(operator, a, b);
  if (operator === '+') {
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  }
  if (operator === '*') {
    const times = typeof a === 'number' ? a : b;
    const what = typeof a === 'number' ? b : a;
    if (typeof times === 'number' && typeof what === 'string') return what.repeat(Math.max(0, times));
    if (typeof times === 'number' && Array.isArray(what)) {
      return Array.from({ length: Math.max(0, times) }, () => what).flat(1);
    }
  }
  if (operator === '%' && typeof a === 'string') {
    return formatPercent(a, Array.isArray(b) || isMap(b) ? [b].flat() : [b]);
  }
  if (operator === '-' && left === 0) throw new TemplateMisuse(`"-" cannot stand before ${kindOf(b)}`);
  const advice = typeof a === 'string' || typeof b === 'string' ? ' ("~" joins anything as text)' : '';
  throw new TemplateMisuse(`"${operator}" cannot join ${kindOf(a)} and ${kindOf(b)}${advice}`);
}

function arithmetic(operator: string, a: number, b: number): number {
  if (b === 0 && ['/', '//', '%'].includes(operator)) throw new TemplateMisuse('division by zero');
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - b * Math.floor(a / b);
    default:
      return a ** b;
  }
}
