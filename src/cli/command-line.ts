import {
  type Command,
  type CommandArguments,
  type CommandContext,
  type CommandEntry,
  type CommandResult,
  commands,
} from '../commands/index.ts';
import type { Clock } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';
import type { Reporter } from '../lib/events.ts';
import { findCommand } from './find-command.ts';
import { renderCommandHelp, renderGroup, renderHelp } from './help.ts';
import { parseArguments } from './parse.ts';
import { renderFailure } from './render-failure.ts';
import { openReporters } from './reporters.ts';
import type { Interrupt } from './signals.ts';

/** What a command line needs of the process. */
export type CommandLinePorts = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly interrupt: Pick<Interrupt, 'signal' | 'exitCode'>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly readStdin: () => Promise<string>;
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly readText: (file: string) => string | undefined;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly toolRoot: string;
  readonly version: string;
  readonly runtime: CommandContext['runtime'];
  /** The table; tests bring their own. */
  readonly commands?: readonly CommandEntry[];
};

/**
 * Runs a command line to its exit code: results on stdout, everything else on stderr. Nothing is thrown. An interrupt
 * decides the exit code, whatever the command made of it.
 */
export async function runCommandLine(argv: readonly string[], ports: CommandLinePorts): Promise<number> {
  try {
    const exitCode = await dispatch(argv, ports);
    return ports.interrupt.exitCode() ?? exitCode;
  } catch (error) {
    const interrupted = ports.interrupt.exitCode();
    if (interrupted !== undefined && isInterruption(error, ports)) return interrupted;
    const debug = (ports.env['SLIPWAY_DEBUG'] ?? '') !== '';
    const failure = renderFailure(error, { debug, readText: ports.readText });
    ports.stderr(`${failure.text}\n`);
    return interrupted ?? failure.exitCode;
  }
}

function isInterruption(error: unknown, ports: CommandLinePorts): boolean {
  if (error === ports.interrupt.signal.reason) return true;
  if (error instanceof UserError) return error.code === 'E_INTERRUPTED';
  return error instanceof Error && error.name === 'AbortError';
}

async function dispatch(argv: readonly string[], ports: CommandLinePorts): Promise<number> {
  const table = ports.commands ?? commands;
  const [first = 'help'] = argv;
  if (['help', '--help', '-h'].includes(first)) return help(table, argv.slice(1), ports);
  if (['--version', '-V', '-v'].includes(first)) return print(ports, ports.version);
  if (first.startsWith('-')) {
    const hint = 'slipway COMMAND [ARGUMENT…] [OPTION…]; slipway help lists the commands';
    throw new UserError('E_USAGE', `the command comes before its options, and "${first}" is none`, { hint });
  }
  const found = findCommand(table, argv);
  if (found.kind === 'group') {
    if (argv.some((one) => one === '--help' || one === '-h')) {
      return print(ports, renderGroup(found.group, found.entries));
    }
    ports.stderr(`${renderGroup(found.group, found.entries)}\n`);
    return 2;
  }
  const command = await found.entry.load();
  const args = parseArguments(found.entry.name, command, found.argv);
  if (args.flag('help')) return print(ports, renderCommandHelp(found.entry, command));
  return perform(command, args, ports);
}

async function help(
  table: readonly CommandEntry[],
  argv: readonly string[],
  ports: CommandLinePorts,
): Promise<number> {
  if (argv.length === 0) return print(ports, renderHelp(table, ports.version));
  const found = findCommand(table, argv);
  if (found.kind === 'group') return print(ports, renderGroup(found.group, found.entries));
  return print(ports, renderCommandHelp(found.entry, await found.entry.load()));
}

async function perform(command: Command, args: CommandArguments, ports: CommandLinePorts): Promise<number> {
  const color = ports.isTerminal && !args.flag('no-color') && (ports.env['NO_COLOR'] ?? '') === '';
  const reporters = await openReporters(args, { ...ports, color });
  try {
    const result = await command.run(args, contextOf({ ports, reporters, color }));
    printResult(command, args, { result, ports });
    return result.exitCode;
  } finally {
    for (const reporter of reporters) await reporter.close();
  }
}

function contextOf(made: {
  readonly ports: CommandLinePorts;
  readonly reporters: readonly Reporter[];
  readonly color: boolean;
}): CommandContext {
  const { ports, reporters, color } = made;
  return {
    cwd: ports.cwd,
    env: ports.env,
    signal: ports.interrupt.signal,
    clock: ports.clock,
    reporters,
    emit: (body) => {
      const event = { time: ports.clock.now(), ...body };
      for (const reporter of reporters) reporter.receive(event);
    },
    stdout: ports.stdout,
    note: (line) => ports.stderr(`${line}\n`),
    readStdin: ports.readStdin,
    ask: ports.ask,
    isTerminal: ports.isTerminal,
    columns: ports.columns,
    color,
    toolRoot: ports.toolRoot,
    version: ports.version,
    runtime: ports.runtime,
  };
}

function printResult(
  command: Command,
  args: CommandArguments,
  done: { readonly result: CommandResult; readonly ports: CommandLinePorts },
): void {
  const { result, ports } = done;
  const wantsJson = command.options?.some((one) => one.name === 'json') === true && args.flag('json');
  if (wantsJson) ports.stdout(`${JSON.stringify(result.data ?? null, undefined, 2)}\n`);
  else if (result.text !== undefined && result.text !== '') print(ports, result.text);
}

function print(ports: CommandLinePorts, text: string): number {
  ports.stdout(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
