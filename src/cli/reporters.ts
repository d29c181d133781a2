import { mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CommandArguments } from '../commands/index.ts';
import { UserError } from '../lib/errors.ts';
import type { Reporter } from '../lib/events.ts';

/** What reporters write to. */
export type ReporterPorts = {
  readonly cwd: string;
  readonly stderr: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly color: boolean;
};

/**
 * The reporters that the command line asks for. Closing one twice is harmless: a run's own hub closes them too.
 * Throws E_FILE_UNWRITABLE.
 */
export async function openReporters(args: CommandArguments, ports: ReporterPorts): Promise<Reporter[]> {
  const report = await import('../report/index.ts');
  const reporters: Reporter[] = [];
  const { stderr: write, columns, color } = ports;
  const asked = args.text('progress') ?? 'auto';
  const progress = asked === 'auto' ? (ports.isTerminal ? 'terminal' : 'plain') : asked;
  if (progress === 'json') reporters.push(report.jsonLinesReporter(write));
  if (progress === 'plain')
    reporters.push(report.plainReporter({ write, color, verbose: args.flag('verbose') }));
  if (progress === 'terminal') reporters.push(report.terminalReporter({ write, columns, color }));
  const events = args.text('events');
  if (events !== undefined) reporters.push(report.jsonLinesReporter(fileWriter(resolve(ports.cwd, events))));
  const junit = args.text('junit');
  if (junit !== undefined) reporters.push(report.junitReporter(fileWriter(resolve(ports.cwd, junit))));
  return reporters.map(closingOnce);
}

function closingOnce(reporter: Reporter): Reporter {
  let closed = false;
  return {
    receive: reporter.receive,
    close: () => {
      if (closed) return;
      closed = true;
      return reporter.close();
    },
  };
}

/** Writes at once, so that a killed command leaves what it knew. */
function fileWriter(file: string): (text: string) => void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const descriptor = openSync(file, 'w', 0o600);
    return (text) => {
      writeSync(descriptor, text);
    };
  } catch (cause) {
    throw new UserError('E_FILE_UNWRITABLE', `${file} can't be written`, { cause });
  }
}
