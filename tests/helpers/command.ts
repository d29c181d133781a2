import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommandLine } from '../../src/cli/command-line.ts';

const root = resolve(import.meta.dirname, '../..');

export type CommandSetting = {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
};

export type CommandOutcome = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Runs a command line in this process, with the real table of commands and the tool's own services. */
export async function runCommand(argv: readonly string[], setting: CommandSetting): Promise<CommandOutcome> {
  const out = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(argv, {
    cwd: setting.cwd,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: setting.cwd, ...setting.env },
    clock: { now: () => 0, sleep: async () => {} },
    interrupt: { signal: new AbortController().signal, exitCode: () => undefined },
    stdout: (text) => {
      out.stdout += text;
    },
    stderr: (text) => {
      out.stderr += text;
    },
    readStdin: async () => setting.stdin ?? '',
    ask: async () => undefined,
    readText: (file) => readFileSync(file, 'utf8'),
    isTerminal: false,
    columns: 100,
    toolRoot: root,
    version: '0.0.0',
    runtime: { node: '20', platform: 'linux', pid: 1 },
  });
  return { exitCode, ...out };
}

/** A directory of its own for the body, taken away afterwards whatever happens. */
export async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-test-'));
  try {
    await body(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
