import { isOurs } from '../engine/index.ts';
import { readCommand } from '../hosts/index.ts';
import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { ServiceWorld } from '../services/index.ts';
import { hostsOfService } from '../services/index.ts';
import type { Site } from '../site/index.ts';
import type { ActionContext } from './action.ts';
import { deploymentOf, factsOf } from './deployment.ts';

/** What a host's interfaces are, as `interfacesOf` has them. */
type Interface = {
  readonly name: string;
  readonly addresses: readonly { readonly address: string }[];
};

/**
 * What is wrong with the virtual address as a load balancer's host sees it: its interface is not there, or somebody
 * else answers at it. Nobody is asked while a Keepalived of the site runs, which may hold it.
 */
export async function virtualAddressProblems(
  context: ActionContext,
  at: {
    readonly host: string;
    readonly connection: HostConnection;
    readonly interfaces: readonly Interface[];
  },
): Promise<string[]> {
  const { world } = await deploymentOf(context);
  const balancers = balancerHosts(world);
  if (!balancers.includes(at.host)) return [];
  const { site } = world;
  const name = site.globals.internalVipInterface ?? interfaceOf(site, at);
  const found = at.interfaces.find((one) => one.name === name);
  if (!found) return name === undefined ? [] : [`the interface ${name} of the virtual address is not there`];
  const addresses = [...new Set([site.globals.internalVip, site.globals.externalVip ?? ''])].filter(
    (address) => address !== '' && !found.addresses.some((one) => one.address === address),
  );
  if (addresses.length === 0 || (await anyHolds(context, balancers))) return [];
  const answers = await Promise.all(
    addresses.map(async (address) => [address, await answererOf(at.connection, address, found.name)]),
  );
  return answers.flatMap(([address, answerer]) =>
    answerer === '' ? [] : [`the virtual address ${address} is in use: ${answerer} answers at it`],
  );
}

function balancerHosts(world: ServiceWorld): readonly string[] {
  const service = world.enabled.find((one) => one.source.containers['keepalived'] !== undefined);
  return service ? hostsOfService(world, service) : [];
}

function interfaceOf(
  site: Site,
  at: { readonly host: string; readonly interfaces: readonly Interface[] },
): string | undefined {
  const api = site.addresses.get(at.host)?.api;
  const holds = (one: Interface) => one.addresses.some((address) => address.address === api?.address);
  return api?.interface ?? at.interfaces.find(holds)?.name;
}

/** True if a Keepalived of the site runs on one of the hosts that answer. */
async function anyHolds(context: ActionContext, hosts: readonly string[]): Promise<boolean> {
  const { world } = await deploymentOf(context);
  const name = `${world.site.globals.containerPrefix}keepalived`;
  const running = await Promise.all(
    hosts.map(async (host) => {
      try {
        const facts = await factsOf(context, host);
        const fact = facts.containers.get(name);
        return fact !== undefined && isOurs(facts, fact) && fact.status === 'running';
      } catch (error) {
        if (error instanceof UserError) return false;
        throw error;
      }
    }),
  );
  return running.includes(true);
}

/**
 * The hardware address that answers for an address on an interface, empty where none does: a datagram to the discard
 * port makes the kernel look for the neighbour (ip-neighbour(8)), whose table is read until it knows.
 */
async function answererOf(connection: HostConnection, address: string, name: string): Promise<string> {
  const script = [
    'ip neigh del "$1" dev "$2" 2>/dev/null',
    'echo >"/dev/udp/$1/9" 2>/dev/null',
    'for try in 1 2 3 4 5 6; do',
    '  line=$(ip neigh show "$1" dev "$2" 2>/dev/null)',
    '  case $line in *lladdr*) set -- $line; while [ "$1" != lladdr ]; do shift; done; echo "$2"; exit 0;; esac',
    '  sleep 0.1',
    'done; exit 0',
  ].join('\n');
  return (await readCommand(connection, ['bash', '-c', script, 'neighbour', address, name])).trim();
}
