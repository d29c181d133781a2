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
  const progress = args.text('progress') ?? 'auto';
  if (progress === 'json') reporters.push(report.jsonLinesReporter(ports.stderr));
  const events = args.text('events');
  if (events !== undefined) reporters.push(report.jsonLinesReporter(fileWriter(resolve(ports.cwd, events))));
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
