import { TemplateMisuse, textOf } from './values.ts';

type Filter = (value: unknown, ...args: unknown[]) => unknown;

/** Filters over text, with Jinja2's and Ansible's meanings. */
export const textFilters: Record<string, Filter> = {
  upper: (value) => textOf(value).toUpperCase(),
  lower: (value) => textOf(value).toLowerCase(),
  capitalize: (value) => textOf(value).slice(0, 1).toUpperCase() + textOf(value).slice(1).toLowerCase(),
  title: (value) =>
    textOf(value)
      .toLowerCase()
      .replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  trim: (value, characters) => {
    const text = textOf(value);
    if (characters === undefined) return text.trim();
    const set = `[${textOf(characters).replace(/[\\\]^-]/g, '\\$&')}]`;
    return text.replace(new RegExp(`^${set}+|${set}+$`, 'g'), '');
  },
  replace: (value, from, to, count) => {
    const parts = textOf(value).split(textOf(from));
    const limit = typeof count === 'number' ? count : Number.POSITIVE_INFINITY;
    return parts.reduce((text, part, index) => text + (index <= limit ? textOf(to) : textOf(from)) + part);
  },
  regex_replace: (value, pattern, to = '') =>
    textOf(value).replace(expression(pattern, 'g'), textOf(to).replace(/\\(\d)/g, '$$$1')),
  regex_search: (value, pattern) => expression(pattern, '').exec(textOf(value))?.[0] ?? null,
  split: (value, separator) =>
    separator === undefined ? textOf(value).trim().split(/\s+/) : textOf(value).split(textOf(separator)),
  basename: (value) => textOf(value).replace(/^.*\//, ''),
  dirname: (value) => textOf(value).replace(/\/?[^/]*$/, ''),
  b64encode: (value) => Buffer.from(textOf(value)).toString('base64'),
  b64decode: (value) => Buffer.from(textOf(value), 'base64').toString('utf8'),
  quote: (value) => {
    const text = textOf(value);
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\"'\"'")}'`;
  },
  indent: (value, width = 4, first = false) => {
    const blanks = typeof width === 'number' ? ' '.repeat(width) : textOf(width);
    const lines = textOf(value).split('\n');
    return lines
      .map((line, i) => ((i === 0 ? first === true : line !== '') ? blanks + line : line))
      .join('\n');
  },
};

function expression(pattern: unknown, flags: string): RegExp {
  try {
    return new RegExp(textOf(pattern), flags);
  } catch (error) {
    throw new TemplateMisuse((error as Error).message);
  }
}
