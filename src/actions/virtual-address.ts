import { isOurs, namesOf } from '../engine/index.ts';
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
 * What is wrong with the virtual address as a load balancer's host sees it: its interface is not there, the address
 * stands on this host though the site has no Keepalived here, or somebody else answers at it. Nobody is asked while a
 * Keepalived of the site runs, which may hold it.
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
  const { api } = site.addresses.get(at.host) ?? {};
  const virtual = [...new Set([site.globals.internalVip, site.globals.externalVip ?? ''])].filter(
    (address) => address !== '' && address !== api?.address,
  );
  const holderOf = (address: string) =>
    at.interfaces.find((one) => one.addresses.some((own) => own.address === address));
  const here = virtual.filter((address) => holderOf(address) !== undefined);
  const problems =
    here.length > 0 && !(await hasKeepalived(context, at.host))
      ? here.map((address) => standsHere(address, holderOf(address)?.name ?? ''))
      : [];
  const elsewhere = virtual.filter((address) => !here.includes(address));
  if (elsewhere.length === 0 || (await anyHolds(context, balancers))) return problems;
  const answers = await Promise.all(
    elsewhere.map(async (address) => [address, await answererOf(at.connection, address, found.name)]),
  );
  const taken = answers.flatMap(([address, answerer]) =>
    answerer === '' ? [] : [`the virtual address ${address} is in use: ${answerer} answers at it`],
  );
  return [...problems, ...taken];
}

function standsHere(address: string, name: string): string {
  return `the virtual address ${address} stands on its interface ${name}, and no Keepalived of this site is there to hold it: find who gave it, or take it away (ip address del ${address} dev ${name})`;
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

async function keepalivedName(context: ActionContext): Promise<string> {
  const { world } = await deploymentOf(context);
  return `${world.site.globals.containerPrefix}keepalived`;
}

/**
 * True if a Keepalived of the site is on a host in whatever state: one that was killed, or is being replaced, leaves
 * its address behind, and its successor takes care of it. True, too, where no engine tells.
 */
async function hasKeepalived(context: ActionContext, host: string): Promise<boolean> {
  const name = await keepalivedName(context);
  try {
    const facts = await factsOf(context, host);
    const { next, previous } = namesOf(name);
    return [name, next, previous].some((one) => {
      const fact = facts.containers.get(one);
      return fact !== undefined && isOurs(facts, fact);
    });
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
}

/** True if a Keepalived of the site runs on one of the hosts that answer. */
async function anyHolds(context: ActionContext, hosts: readonly string[]): Promise<boolean> {
  const name = await keepalivedName(context);
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
