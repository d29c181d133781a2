import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { Host } from '../site/model.ts';
import { localConnection } from './local-connection.ts';

export type OpenHostsOptions = {
  /** The inventory's hosts; without one only the control machine can be reached. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Reaches the hosts of a site. A connection is its caller's to keep and to close. */
export type HostRegistry = {
  /** `undefined` is the control machine. Throws E_HOST_TRANSPORT, E_HOST_UNKNOWN for a name that is not there. */
  readonly connect: (host: string | undefined) => Promise<HostConnection>;
};

/** Makes the registry of a site's hosts: each is reached by its kind of transport. */
export function openHosts(options: OpenHostsOptions): HostRegistry {
  return {
    connect: async (name) => {
      if (name === undefined) return localConnection({ host: 'localhost', env: options.env });
      const host = options.hosts.get(name);
      if (!host) throw unknownHost(name, options.hosts);
      return connectHost(host, options.env);
    },
  };
}

function connectHost(host: Host, env: OpenHostsOptions['env']): HostConnection {
  const { transport } = host;
  switch (transport.kind) {
    case 'local': {
      const socket = transport.engineSocket;
      return localConnection({ host: host.name, env, ...(socket !== undefined && { engineSocket: socket }) });
    }
    case 'ssh':
      throw new UserError(
        'E_HOST_TRANSPORT',
        `${host.name}: hosts over SSH cannot be reached by this version`,
        {
          at: host.at,
          hint: 'use connection: local, with engine_socket where its engine is not the default one',
        },
      );
    default:
      return transport satisfies never;
  }
}

function unknownHost(name: string, hosts: OpenHostsOptions['hosts']): UserError {
  return new UserError('E_HOST_UNKNOWN', `the inventory has no host "${name}"`, {
    hint: didYouMean(name, hosts.keys()),
  });
}
