import { cac } from 'cac';
import type { Command, CommandArgument, CommandArguments, CommandOption } from '../commands/index.ts';
import { UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';

/** Options that every command takes. */
export const globalOptions: readonly CommandOption[] = [
  { name: 'help', short: 'h', summary: 'show help for this command' },
  { name: 'no-color', summary: 'no colours ($NO_COLOR does the same)' },
  {
    name: 'progress',
    value: 'HOW',
    choices: ['auto', 'terminal', 'plain', 'json', 'none'],
    summary: 'how progress is shown on stderr (default: auto)',
  },
  { name: 'verbose', summary: 'show skipped steps and debug messages too' },
  { name: 'events', value: 'FILE', summary: 'also write every event to FILE as a line of JSON' },
  { name: 'junit', value: 'FILE', summary: 'also write a JUnit report to FILE' },
];

/**
 * Reads the arguments behind a command's name. cac does the reading; it turns `--tag 1.10` into a number, swallows
 * `true` behind a flag and ignores options it does not know, so every token is checked against the declaration and
 * every value marked as text before cac sees it. Throws E_USAGE.
 */
export function parseArguments(name: string, command: Command, argv: readonly string[]): CommandArguments {
  const options = [...(command.options ?? []), ...globalOptions];
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const rest = end === -1 ? [] : argv.slice(end + 1);
  const parser = cac('slipway');
  for (const option of options) parser.option(declaration(option), option.summary);
  const guarded = own.flatMap((token) => guardToken(token, { name, options }));
  const parsed = parser.parse(['node', 'slipway', ...guarded], { run: false });
  const values = new Map(options.map((option) => [option.name, valuesOf(option, parsed.options)]));
  for (const option of options) checkValues(name, option, values.get(option.name) ?? []);
  const positionals = parsed.args.map(unmark);
  if (values.get('help')?.length === 0) checkPositionals(name, command.arguments ?? [], positionals);
  return accessors(positionals, rest, values);
}

/** Marks a token as text: no parser takes what begins with it for a number, a boolean or an option. */
const mark = '\u0001';

function unmark(value: unknown): string {
  const text = String(value);
  return text.startsWith(mark) ? text.slice(1) : text;
}

function declaration(option: CommandOption): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? '' : ` <${option.value}>`}`;
}

type GuardScope = { readonly name: string; readonly options: readonly CommandOption[] };

/** Turns one token into tokens that cac reads as they were meant. */
function guardToken(token: string, scope: GuardScope): string[] {
  if (!token.startsWith('-') || token === '-') return [mark + token];
  const equals = token.indexOf('=');
  const written = equals === -1 ? token : token.slice(0, equals);
  const value = equals === -1 ? undefined : token.slice(equals + 1);
  if (written.startsWith('--')) {
    const option = optionNamed(scope, written.slice(2), written);
    return longToken(scope, option, value);
  }
  return shortTokens(scope, token.slice(1));
}

function longToken(scope: GuardScope, option: CommandOption, value: string | undefined): string[] {
  if (value === undefined) return [spelled(option)];
  if (option.value === undefined) throw usage(scope.name, `--${option.name} takes no value`);
  return [spelled(option), mark + value];
}

/** `-C DIR`, `-CDIR`, `-C=DIR`, and flags in a bunch. */
function shortTokens(scope: GuardScope, letters: string): string[] {
  const out: string[] = [];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at);
    const option = scope.options.find((one) => one.short === letter);
    if (option === undefined) throw unknownOption(scope, `-${letter}`);
    out.push(spelled(option));
    if (option.value !== undefined) {
      const value = letters.slice(at + 1).replace(/^=/, '');
      return value === '' ? out : [...out, mark + value];
    }
  }
  return out;
}

function optionNamed(scope: GuardScope, name: string, written: string): CommandOption {
  const option = scope.options.find((one) => one.name === name);
  if (option === undefined) throw unknownOption(scope, written);
  return option;
}

function unknownOption(scope: GuardScope, written: string): UserError {
  const known = scope.options.map((one) => `--${one.name}`);
  const hint = `${didYouMean(written, known)}\n        slipway help ${scope.name}`;
  return new UserError('E_USAGE', `slipway ${scope.name} has no option ${written}`, { hint });
}

/** cac's keys are in camel case, and an option `no-x` is `x: false` (true, its default, when it was not given). */
function valuesOf(option: CommandOption, parsed: Record<string, unknown>): (string | true)[] {
  const negated = isNegated(option);
  const key = camelCase(negated ? option.name.slice(3) : option.name);
  const found = parsed[key];
  const all = found === undefined ? [] : Array.isArray(found) ? found : [found];
  if (negated) return all.includes(false) ? [true] : [];
  return all.map((one) => (typeof one === 'boolean' ? true : unmark(one)));
}

/** In cac's own spelling: it knows that `--dryRun` is a flag, but lets `--dry-run` take the next word as its value. */
function spelled(option: CommandOption): string {
  return isNegated(option) ? `--${option.name}` : `--${camelCase(option.name)}`;
}

function isNegated(option: CommandOption): boolean {
  return option.value === undefined && option.name.startsWith('no-');
}

function camelCase(name: string): string {
  return name.replace(/([a-z])-([a-z])/g, (_, before: string, after: string) => before + after.toUpperCase());
}

function checkValues(name: string, option: CommandOption, values: readonly (string | true)[]): void {
  if (option.value === undefined) return;
  for (const value of values) {
    if (value === true) throw usage(name, `--${option.name} needs a value (${option.value})`);
    if (option.choices && !option.choices.includes(value)) {
      const message = `--${option.name} is one of ${option.choices.join(', ')}, not "${value}"`;
      throw new UserError('E_USAGE', message, { hint: didYouMean(value, option.choices) });
    }
  }
  if (values.length > 1 && option.many !== true) throw usage(name, `--${option.name} was given twice`);
}

function checkPositionals(
  name: string,
  declared: readonly CommandArgument[],
  found: readonly string[],
): void {
  const missing = declared.find((one, at) => one.required === true && at >= found.length);
  if (missing) throw usage(name, `${missing.name} is missing: ${missing.summary}`);
  const surplus = declared.some((one) => one.many) ? undefined : found[declared.length];
  if (surplus !== undefined) throw usage(name, `"${surplus}" is one argument too many`);
}

function accessors(
  positionals: readonly string[],
  rest: readonly string[],
  values: ReadonlyMap<string, readonly (string | true)[]>,
): CommandArguments {
  const of = (option: string) => {
    const found = values.get(option);
    if (found === undefined) throw new Error(`the command declares no option "${option}"`);
    return found;
  };
  const texts = (option: string) => of(option).filter((one) => one !== true);
  return {
    positionals,
    rest,
    text: (option) => texts(option).at(-1),
    all: texts,
    flag: (option) => of(option).length > 0,
    count: (option, least = 0) => {
      const text = texts(option).at(-1);
      if (text === undefined) return undefined;
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least) return value;
      throw new UserError('E_USAGE', `--${option} is a whole number of at least ${least}, not "${text}"`);
    },
  };
}

function usage(name: string, message: string): UserError {
  return new UserError('E_USAGE', message, { hint: `slipway help ${name}` });
}
