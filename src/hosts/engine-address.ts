import { UserError } from '../lib/errors.ts';
import type { EngineEndpoint } from '../lib/ports.ts';
import type { LocalOptions } from './local-connection.ts';

/** Where Docker's engine listens unless told otherwise. */
export const defaultEngineSocket = '/var/run/docker.sock';

/**
 * The engine of this machine: the inventory's socket, else `DOCKER_HOST` (`unix://`, or `tcp://` on the loopback),
 * else Docker's default. Throws E_ENGINE_ADDRESS.
 */
export function localEngine(options: Pick<LocalOptions, 'host' | 'env' | 'engineSocket'>): EngineEndpoint {
  if (options.engineSocket !== undefined) return { kind: 'socket', path: options.engineSocket };
  const address = options.env['DOCKER_HOST'] ?? '';
  if (address === '') return { kind: 'socket', path: defaultEngineSocket };
  const path = /^unix:\/\/(\/.*)$/.exec(address)?.[1];
  if (path !== undefined) return { kind: 'socket', path };
  if (address === 'unix://') return { kind: 'socket', path: defaultEngineSocket };
  const tcp = /^tcp:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\]):(\d+)\/?$/.exec(address);
  if (tcp) return { kind: 'tcp', address: (tcp[1] ?? '').replace(/[[\]]/g, ''), port: Number(tcp[2]) };
  throw new UserError(
    'E_ENGINE_ADDRESS',
    `${options.host}: DOCKER_HOST is "${address}", which is not usable here`,
    {
      hint: 'set it to unix:///path/to/docker.sock, or unset it; TCP without TLS is taken on the loopback only',
    },
  );
}
