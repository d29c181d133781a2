import { connectEngine, type EngineConnection } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import type { EngineEndpoint } from '../lib/ports.ts';

/** Connects to the engine of this machine, `DOCKER_HOST` honoured. */
export async function connectLocalEngine(
  env: Readonly<Record<string, string | undefined>>,
): Promise<EngineConnection> {
  return connectEngine(localEndpoint(env['DOCKER_HOST']), { host: 'localhost' });
}

function localEndpoint(address: string | undefined): EngineEndpoint {
  if (address === undefined || address === '') return { kind: 'socket', path: '/var/run/docker.sock' };
  const socket = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (socket !== undefined) return { kind: 'socket', path: socket };
  throw new UserError('E_ENGINE_ADDRESS', `DOCKER_HOST is "${address}"`, {
    hint: 'use unix:///path/to/docker.sock',
  });
}
