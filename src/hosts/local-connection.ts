import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { UserError } from '../lib/errors.ts';
import type { ExecRequest, ExecResult, HostConnection } from '../lib/ports.ts';
import { localEngine } from './engine-address.ts';
import { isTreeAlive, killTree, type ProcessTree, treeMark } from './process-tree.ts';

export type LocalOptions = {
  /** The host's name, for messages. */
  readonly host: string;
  /** The environment of the tool: `DOCKER_HOST`, and the little that commands are given of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The engine's socket where the inventory names one. */
  readonly engineSocket?: string;
};

/** This machine as a host: commands are child processes, the engine is behind its socket. */
export function localConnection(options: LocalOptions): HostConnection {
  return {
    host: options.host,
    sharesFiles: true,
    exec: (request) => execHere(options, request),
    engine: async () => localEngine(options),
    close: async () => {},
  };
}

/** What commands get of the tool's own environment; everything else must be given. */
const inherited = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TERM'] as const;
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const defaultGraceMs = 10_000;
/** A child that outlives the command may hold its output open: it is read for so long after the end. */
const outputPatienceMs = 1_000;

async function execHere(options: LocalOptions, request: ExecRequest): Promise<ExecResult> {
  request.signal?.throwIfAborted();
  const mark = randomBytes(12).toString('hex');
  const child = await start(options, request, mark);
  const watch = watchEnd(child, request, mark);
  child.stdin?.on('error', () => {
    // A command need not read what it is given.
  });
  child.stdin?.end(request.stdin ?? '');
  const reading: Reading = { taking: 0, heardAtMs: Date.now() };
  const all = Promise.all([
    pump(child.stdout, reading, (chunk) => request.output?.('stdout', chunk)),
    pump(child.stderr, reading, (chunk) => request.output?.('stderr', chunk)),
  ]);
  // An output that throws ends the command, or it would block on a full pipe.
  all.catch(() => watch.kill('cancelled'));
  const end = await watch.ended;
  await letOutputEnd(child, all, reading);
  return end;
}

function start(options: LocalOptions, request: ExecRequest, mark: string): Promise<ChildProcess> {
  const [program = '', ...args] = request.argv;
  const child = spawn(program, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...baseEnvironment(options), ...request.env, [treeMark]: mark },
    ...(request.workingDirectory !== undefined && { cwd: request.workingDirectory }),
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child));
    child.once('error', (error) => reject(spawnError(options, request, error)));
  });
}

function baseEnvironment({ env }: LocalOptions): Record<string, string> {
  const base: Record<string, string> = { PATH: defaultPath };
  for (const name of inherited) if (env[name] !== undefined) base[name] = env[name];
  return base;
}

function spawnError(options: LocalOptions, request: ExecRequest, error: Error): unknown {
  const code = (error as { code?: string }).code;
  const program = request.argv[0] ?? '';
  const directory = request.workingDirectory;
  const fail = (text: string, hint: string) =>
    new UserError('E_HOST_COMMAND', `${options.host}: ${text}`, { hint, cause: error });
  if (code === 'ENOENT' && directory !== undefined && !existsSync(directory)) {
    return fail(`the directory ${directory} is not there`, 'make it first, or correct its path');
  }
  if (code === 'ENOENT')
    return fail(`the command ${program} is not there`, 'install it, or correct its name');
  if (code === 'EACCES')
    return fail(`the command ${program} may not be run`, 'see its permissions (chmod +x)');
  if (code === 'E2BIG')
    return fail(`the arguments of ${program} are too long`, 'give large texts over stdin');
  return error;
}

type EndWatch = {
  readonly ended: Promise<ExecResult>;
  readonly kill: (why: 'timed-out' | 'cancelled') => void;
};

/** Notes the end of a child and, on time-out or signal, kills its tree: TERM, grace, KILL. */
function watchEnd(child: ChildProcess, request: ExecRequest, mark: string): EndWatch {
  let why: ExecResult['ended'] = 'exited';
  let graceTimer: NodeJS.Timeout | undefined;
  let killAtMs = 0;
  const graceMs = request.graceMs ?? defaultGraceMs;
  const tree = { pid: child.pid ?? 0, mark };
  const kill = (reason: 'timed-out' | 'cancelled') => {
    if (why !== 'exited' || child.exitCode !== null || child.signalCode !== null) return;
    why = reason;
    killTree(tree, 'SIGTERM');
    killAtMs = Date.now() + graceMs;
    graceTimer = setTimeout(() => killTree(tree, 'SIGKILL'), graceMs);
  };
  const onAbort = () => kill('cancelled');
  request.signal?.addEventListener('abort', onAbort, { once: true });
  // It may have come while the command was starting.
  if (request.signal?.aborted) onAbort();
  const timer =
    request.timeoutMs === undefined ? undefined : setTimeout(() => kill('timed-out'), request.timeoutMs);
  const ended = new Promise<ExecResult>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      clearTimeout(timer);
      clearTimeout(graceTimer);
      request.signal?.removeEventListener('abort', onAbort);
      const end = { exitCode: exitCode ?? undefined, ended: why, ...(signal !== null && { signal }) };
      if (why === 'exited') return resolve(end);
      outliveTree(tree, killAtMs).then(
        () => resolve(end),
        () => resolve(end),
      );
    });
  });
  return { ended, kill };
}

/** The leader is gone; what it left behind of a killed tree may use the rest of the grace, then it goes too. */
async function outliveTree(tree: ProcessTree, killAtMs: number): Promise<void> {
  while (Date.now() < killAtMs && isTreeAlive(tree)) await new Promise((resolve) => setTimeout(resolve, 50));
  killTree(tree, 'SIGKILL');
}

/** Whether output still comes: `taking` counts the chunks that are being handed on. */
type Reading = { taking: number; heardAtMs: number };

async function pump(
  stream: Readable | null,
  reading: Reading,
  take: (chunk: Buffer) => void | Promise<void>,
): Promise<void> {
  if (!stream) return;
  try {
    for await (const chunk of stream) {
      reading.taking += 1;
      await take(chunk as Buffer);
      reading.taking -= 1;
      reading.heardAtMs = Date.now();
    }
  } catch (error) {
    if (!stream.destroyed || (error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Reads to the end, unless a process that outlived the command keeps the pipe open and silent. */
async function letOutputEnd(child: ChildProcess, all: Promise<unknown>, reading: Reading): Promise<void> {
  reading.heardAtMs = Date.now();
  const timer = setInterval(() => {
    const waiting = (child.stdout?.readableLength ?? 0) + (child.stderr?.readableLength ?? 0);
    if (reading.taking > 0 || waiting > 0 || Date.now() - reading.heardAtMs < outputPatienceMs) return;
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, 100);
  try {
    await all;
  } finally {
    clearInterval(timer);
  }
}
