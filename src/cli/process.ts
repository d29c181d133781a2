import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { systemClock } from '../lib/clock.ts';
import { type CommandLinePorts, runCommandLine } from './command-line.ts';
import { renderFailure } from './render-failure.ts';
import { type Interrupt, watchSignals } from './signals.ts';

/** Runs the process's command line and ends the process with its exit code, once everything written is out. */
export async function runInProcess(tool: {
  readonly toolRoot: string;
  readonly version: string;
}): Promise<void> {
  const interrupt = watchSignals((text) => process.stderr.write(`${text}\n`));
  const defect = (error: unknown) => {
    const { text, exitCode } = renderFailure(error, { debug: isDebug(), readText });
    process.stderr.write(`${text}\n`);
    process.exit(exitCode);
  };
  process.on('uncaughtException', defect);
  process.on('unhandledRejection', defect);
  ignoreClosedPipes(interrupt);
  const exitCode = await runCommandLine(process.argv.slice(2), processPorts(tool, interrupt));
  await flushed(process.stdout);
  await flushed(process.stderr);
  process.exit(exitCode);
}

function processPorts(
  tool: { readonly toolRoot: string; readonly version: string },
  interrupt: Interrupt,
): CommandLinePorts {
  const columns = process.stderr.columns;
  return {
    ...tool,
    cwd: process.cwd(),
    env: process.env,
    clock: systemClock,
    interrupt,
    stdout: (text) => {
      if (!process.stdout.destroyed) process.stdout.write(text);
    },
    stderr: (text) => {
      if (!process.stderr.destroyed) process.stderr.write(text);
    },
    readStdin,
    ask,
    readText,
    isTerminal: process.stderr.isTTY === true,
    columns: columns !== undefined && columns > 0 ? columns : 80,
    runtime: {
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      pid: process.pid,
    },
  };
}

/** A reader that went away (`slipway … | head`) stops the command without a word. */
function ignoreClosedPipes(interrupt: Interrupt): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interrupt.stopQuietly();
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function ask(question: string): Promise<string | undefined> {
  if (process.stdin.isTTY !== true) return undefined;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question(question);
  } finally {
    reader.close();
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isDebug(): boolean {
  return (process.env['SLIPWAY_DEBUG'] ?? '') !== '';
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return Promise.resolve();
  return new Promise((resolve) => stream.write('', () => resolve()));
}
