import { spawn } from 'node:child_process';
import type { HostConnection } from '../../src/lib/ports.ts';

/**
 * A connection to this machine for tests of its users: real processes in a group of their own, with nothing of what
 * `hosts/` adds. `sharesFiles: false` makes it look like another machine.
 */
export function shellConnection(host: string, options: { readonly sharesFiles: boolean }): HostConnection {
  return {
    host,
    ...(options.sharesFiles && { sharesFiles: true }),
    exec: (request) =>
      new Promise((resolve, reject) => {
        const [program = 'true', ...args] = request.argv;
        const child = spawn(program, args, {
          detached: true,
          stdio: ['pipe', 'pipe', 'pipe'],
          env: { PATH: process.env['PATH'], ...request.env },
          ...(request.workingDirectory !== undefined && { cwd: request.workingDirectory }),
        });
        let cancelled = false;
        const kill = () => {
          cancelled = true;
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
        };
        request.signal?.addEventListener('abort', kill, { once: true });
        child.stdout.on('data', (chunk: Buffer) => void request.output?.('stdout', chunk));
        child.stderr.on('data', (chunk: Buffer) => void request.output?.('stderr', chunk));
        child.on('error', reject);
        child.on('close', (code, signal) => {
          request.signal?.removeEventListener('abort', kill);
          const ended = cancelled ? 'cancelled' : 'exited';
          resolve({ exitCode: code ?? undefined, ended, ...(signal && { signal }) });
        });
        child.stdin.on('error', () => undefined);
        child.stdin.end(request.stdin ?? '');
        if (request.signal?.aborted) kill();
      }),
    engine: async () => ({ kind: 'socket', path: '/nowhere' }),
    close: async () => undefined,
  };
}
