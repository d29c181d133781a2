import { appendFileSync, readFileSync } from 'node:fs';
import type { Clock } from '../../src/lib/clock.ts';
import { UserError } from '../../src/lib/errors.ts';
import type { ExecRequest, ExecResult, HostConnection } from '../../src/lib/ports.ts';

/**
 * A host whose shell speaks a small language, a line each: `print T`, `warn T`, `show NAME`, `set N=V`, `env N=V`,
 * `path P`, `exit N`, `take 5s`, `stubborn 5s` (does not heed a cancel), `lose` (the connection), `fail-first N`
 * (fails N times in this run), and `on HOST LINE`. It shares this machine's files, so the runner's own ways are used.
 */
export function scriptedHost(options: {
  readonly host: string | undefined;
  readonly clock: Clock;
  /** Shared by the hosts of a test: counts of `fail-first`, and what runs at the moment. */
  readonly memory: ScriptMemory;
  readonly unreachable?: boolean;
}): HostConnection {
  const { host, clock, memory, unreachable } = options;
  if (unreachable) {
    throw new UserError('E_HOST_UNREACHABLE', `${host} does not answer`, { hint: 'see whether it is up' });
  }
  return {
    host: host ?? 'control',
    sharesFiles: true,
    exec: (request) => runScripted(request, { host: host ?? 'control', clock, memory }),
    engine: async () => ({ kind: 'socket', path: '/nowhere' }),
    close: async () => undefined,
  };
}

/** What the hosts of a test remember: `most` is the largest number of scripts that ran at a time. */
export type ScriptMemory = { readonly counts: Map<string, number>; running: number; most: number };

type Setting = { readonly host: string; readonly clock: Clock; readonly memory: ScriptMemory };

async function runScripted(request: ExecRequest, setting: Setting): Promise<ExecResult> {
  const { memory } = setting;
  memory.running += 1;
  memory.most = Math.max(memory.most, memory.running);
  try {
    const file = request.argv.find((word) => word.includes('-script')) ?? '';
    for (const raw of readFileSync(file, 'utf8').split('\n')) {
      const line = /^on (\S+) (.*)$/.exec(raw.trim());
      if (line && line[1] !== setting.host) continue;
      const end = await runLine(line?.[2] ?? raw.trim(), request, setting);
      if (end) return end;
    }
    return { exitCode: 0, ended: 'exited' };
  } finally {
    memory.running -= 1;
  }
}

async function runLine(
  line: string,
  request: ExecRequest,
  setting: Setting,
): Promise<ExecResult | undefined> {
  const [word = '', rest = ''] = [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)];
  const env = request.env ?? {};
  const say = (stream: 'stdout' | 'stderr', text: string) =>
    request.output?.(stream, Buffer.from(`${text}\n`));
  switch (word) {
    case '':
      return undefined;
    case 'print':
      await say('stdout', rest);
      return undefined;
    case 'warn':
      await say('stderr', rest);
      return undefined;
    case 'show':
      await say('stdout', `${rest}=${env[rest] ?? ''}`);
      return undefined;
    case 'set':
    case 'env':
    case 'path': {
      const name = { set: 'SLIPWAY_OUTPUT', env: 'SLIPWAY_ENV', path: 'SLIPWAY_PATH' }[word];
      appendFileSync(env[name] ?? '', `${rest}\n`);
      return undefined;
    }
    case 'exit':
      return { exitCode: Number(rest), ended: 'exited' };
    case 'lose':
      return { exitCode: undefined, ended: 'lost' };
    case 'fail-first': {
      const count = (setting.memory.counts.get(setting.host) ?? 0) + 1;
      setting.memory.counts.set(setting.host, count);
      return count <= Number(rest) ? { exitCode: 1, ended: 'exited' } : undefined;
    }
    case 'stubborn':
      await setting.clock.sleep(Number.parseFloat(rest) * 1000);
      return undefined;
    case 'take':
      return setting.clock.sleep(Number.parseFloat(rest) * 1000, request.signal).then(
        () => undefined,
        () => ({ exitCode: undefined, signal: 'SIGTERM', ended: 'cancelled' as const }),
      );
    default:
      throw new Error(`the scripted host knows no "${word}"`);
  }
}
