import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { RunState } from './state.ts';

/** The run's one connection to a host (`undefined`: the control machine). A failed one is tried anew next time. */
export function connectHost(run: RunState, host: string | undefined): Promise<HostConnection> {
  const key = host ?? '';
  const known = run.connections.get(key);
  if (known) return known;
  const made = run.ports.connect(host).catch((error: unknown) => {
    run.connections.delete(key);
    throw error;
  });
  run.connections.set(key, made);
  return made;
}

/** Closes what is open; a connection that cannot be closed is no failure of the run. */
export async function closeConnections(run: RunState): Promise<void> {
  const open = [...run.connections.values()];
  run.connections.clear();
  await Promise.allSettled(open.map(async (one) => (await one).close()));
}

/** The error of a connection that broke under a step. */
export function lostConnection(host: string | undefined): UserError {
  return new UserError('E_HOST_UNREACHABLE', `the connection to ${host ?? 'this machine'} was lost`, {
    hint: 'see whether the host is up; the run goes on without it',
  });
}
