import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The bundled command, built anew if a source is newer. */
export function slipwayBinary(): string {
  const binary = join(root, 'dist/slipway.mjs');
  const built = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...sources.map((file) => statSync(join(root, 'src', file)).mtimeMs));
  if (built < newest) execFileSync(process.execPath, ['tools/bundle.mjs'], { cwd: root, stdio: 'inherit' });
  return binary;
}

export type CommandEnd = {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
};

export type CommandSettings = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Called with the process once it runs: for signals. */
  readonly started?: (child: ChildProcess) => void;
};

/** Runs the real command to its end, whatever that is; it is killed after `timeoutMs` (60 s). */
export function slipway(argv: readonly string[], settings: CommandSettings = {}): Promise<CommandEnd> {
  return runProgram([process.execPath, slipwayBinary(), ...argv], settings);
}

/** Runs any program to its end. */
export function runProgram(argv: readonly string[], settings: CommandSettings = {}): Promise<CommandEnd> {
  const began = Date.now();
  const env = { ...process.env, NO_COLOR: '1', SLIPWAY_DEBUG: '', ...settings.env };
  const child = spawn(argv[0] as string, argv.slice(1), {
    cwd: settings.cwd ?? root,
    env,
    timeout: settings.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(settings.input ?? '');
  settings.started?.(child);
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode, signal) =>
      done({ exitCode, signal, stdout, stderr, durationMs: Date.now() - began }),
    );
  });
}
