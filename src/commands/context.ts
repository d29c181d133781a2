import type { Clock } from '../lib/clock.ts';
import type { Emit, Reporter } from '../lib/events.ts';

/**
 * One verb. Each lives in a file of its own as `export const buildCommand: Command = { … }` and has one line in the
 * table of `index.ts`, which loads it lazily. `run` returns data; `cli/` prints it, renders what is thrown
 * (UserError: its code's exit code; anything else is a defect, 70) and exits.
 */
export type Command = {
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Shown by `slipway help NAME`; a test runs or parses each. */
  readonly examples: readonly CommandExample[];
  readonly run: (args: CommandArguments, context: CommandContext) => Promise<CommandResult>;
};

/** A positional, named in capitals for help: `PATTERN`. `many` takes all that are left. */
export type CommandArgument = {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly many?: boolean;
};

/**
 * `name` is without dashes (`no-cache` is a flag of its own, not a negation). With `value` (the placeholder, in
 * capitals) it takes a value, else it is a flag. Values stay the text that was typed.
 */
export type CommandOption = {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly summary: string;
};

export type CommandExample = { readonly command: string; readonly does: string };

/** What was typed, checked against the declaration. Asking for a name that is not declared is a defect. */
export type CommandArguments = {
  readonly positionals: readonly string[];
  /** What stood behind `--`. */
  readonly rest: readonly string[];
  /** The value of an option, the last one if it was given more than once. */
  readonly text: (option: string) => string | undefined;
  /** All values of an option, in order. */
  readonly all: (option: string) => readonly string[];
  readonly flag: (option: string) => boolean;
  /** A whole number of at least `least` (0); E_USAGE for anything else. */
  readonly count: (option: string, least?: number) => number | undefined;
};

/**
 * `data` is printed as JSON when the command has an option `json` and it was given, else `text` is printed (results,
 * on stdout; a line break is added). Both are optional: a command may also have written through the context.
 */
export type CommandResult = {
  readonly exitCode: number;
  readonly data?: unknown;
  readonly text?: string;
};

/** Everything a command may touch of the process: it never uses `process` itself. */
export type CommandContext = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The subscribers that the command line asked for (`--progress`, `--events`, `--junit`); `cli/` closes them. */
  readonly reporters: readonly Reporter[];
  /** Stamps an event and gives it to `reporters`. It masks nothing: runs make a hub of their own over `reporters`. */
  readonly emit: Emit;
  /** Results, for machines and pipes. */
  readonly stdout: (text: string) => void;
  /** A line for people, on stderr. */
  readonly note: (line: string) => void;
  readonly readStdin: () => Promise<string>;
  /** Asks on the terminal and gives the line; undefined where there is no terminal. */
  readonly ask: (question: string) => Promise<string | undefined>;
  /** True if people see stderr on a terminal. */
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly color: boolean;
  /** The directory with `dockerfiles/` and `pipelines/`. */
  readonly toolRoot: string;
  readonly version: string;
  readonly runtime: { readonly node: string; readonly platform: string; readonly pid: number };
};

/** The site's directory: where it is not given, `SLIPWAY_SITE`, else the current one. */
export const siteOption: CommandOption = {
  name: 'site',
  short: 'C',
  value: 'DIR',
  summary: "the site's directory (default: $SLIPWAY_SITE, else the current one)",
};

export const jsonOption: CommandOption = { name: 'json', summary: 'print the result as JSON' };
