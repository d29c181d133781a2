import { isMap, TemplateMisuse, textOf } from './values.ts';

/** Python's `text % values` and the `format` filter: `%s`, `%d`, `%05.1f`, `%x`, `%(name)s`, `%%`. */
export function formatPercent(text: string, values: readonly unknown[]): string {
  let next = 0;
  const named = values.find(isMap);
  return text.replace(
    /%(?:\((\w+)\))?([-+0 #]*)(\d*)(?:\.(\d+))?([sdifrxXo%])/g,
    (whole, name: string | undefined, flags: string, width: string, precision: string, kind: string) => {
      if (kind === '%') return '%';
      if (name === undefined && next >= values.length) {
        throw new TemplateMisuse(`"${text}" has more places than there are values (no value for ${whole})`);
      }
      const value = name === undefined ? values[next++] : named?.[name];
      const shown = one(value, kind, precision === undefined ? undefined : Number(precision));
      return padded(flags.includes('+') && Number(value) >= 0 ? `+${shown}` : shown, flags, Number(width));
    },
  );
}

function one(value: unknown, kind: string, precision: number | undefined): string {
  if (kind === 's' || kind === 'r') return textOf(value).slice(0, precision);
  const number = typeof value === 'number' || typeof value === 'boolean' ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new TemplateMisuse(`%${kind} needs a number, not "${textOf(value)}"`);
  if (kind === 'f') return number.toFixed(precision ?? 6);
  if (kind === 'x') return Math.trunc(number).toString(16);
  if (kind === 'X') return Math.trunc(number).toString(16).toUpperCase();
  return kind === 'o' ? Math.trunc(number).toString(8) : String(Math.trunc(number));
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** Python's `text.format(…)`: `{}`, `{0}`, `{name}`; `{{` and `}}` are braces. */
export function formatBraces(text: string, args: readonly unknown[]): string {
  let next = 0;
  const named = args.find(isMap);
  return text.replace(/\{\{|\}\}|\{(\w*)\}/g, (whole, key: string | undefined) => {
    if (key === undefined) return whole[0] as string;
    const value = key === '' ? args[next++] : /^\d+$/.test(key) ? args[Number(key)] : named?.[key];
    if (value === undefined) throw new TemplateMisuse(`"${text}" has no value for ${whole}`);
    return textOf(value);
  });
}
