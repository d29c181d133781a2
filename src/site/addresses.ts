import ipaddr from 'ipaddr.js';
import { type Problem, problem } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { Host, HostAddress, Inventory, NetworkRole } from './model.ts';

/** An interface of a host with its addresses, as facts give them. */
export type HostInterface = {
  readonly name: string;
  readonly addresses: readonly {
    readonly address: string;
    readonly prefixLength: number;
    readonly family: 4 | 6;
  }[];
};

export type AddressTable = ReadonlyMap<string, Readonly<Partial<Record<NetworkRole, HostAddress>>>>;

/**
 * The address of each host in each of its networks: as written, else the first global address of the interface (IPv4
 * before IPv6). `interfaces` has the facts of the hosts that answered; a host without facts keeps its static ones.
 */
export function resolveAddresses(
  inventory: Inventory,
  interfaces: ReadonlyMap<string, readonly HostInterface[]>,
): { addresses: AddressTable; problems: Problem[] } {
  const addresses = new Map<string, Partial<Record<NetworkRole, HostAddress>>>();
  const problems: Problem[] = [];
  for (const host of inventory.hosts.values()) {
    const own: Partial<Record<NetworkRole, HostAddress>> = {};
    for (const role of Object.keys(host.networks) as NetworkRole[]) {
      const found = resolveOne(host, role, interfaces.get(host.name));
      if ('code' in found) problems.push(found);
      else if (found.address !== '') own[role] = found;
    }
    addresses.set(host.name, own);
  }
  return { addresses, problems };
}

function resolveOne(
  host: Host,
  role: NetworkRole,
  interfaces: readonly HostInterface[] | undefined,
): HostAddress | Problem {
  const source = host.networks[role];
  if (!source) return { address: '' };
  if (source.address !== undefined) {
    if (!ipaddr.isValid(source.address)) {
      return problem('E_INVENTORY', `"${source.address}" is no IP address`, { at: source.at });
    }
    const holder = interfaces?.find((one) => one.addresses.some((a) => a.address === source.address));
    const prefix = holder?.addresses.find((a) => a.address === source.address)?.prefixLength;
    const name = source.interface ?? holder?.name;
    return {
      address: source.address,
      ...(name !== undefined && { interface: name }),
      ...(prefix !== undefined && { prefixLength: prefix }),
    };
  }
  if (!interfaces) return { address: '' };
  const name = source.interface ?? '';
  const found = interfaces.find((one) => one.name === name);
  if (!found) {
    const hint = didYouMean(
      name,
      interfaces.map((one) => one.name),
    );
    return problem('E_HOST_INTERFACE', `host "${host.name}" has no interface "${name}" (network ${role})`, {
      at: source.at,
      hint,
    });
  }
  const usable = found.addresses
    .filter((one) => isGlobal(one.address))
    .sort((a, b) => a.family - b.family)[0];
  if (!usable) {
    return problem(
      'E_HOST_INTERFACE',
      `interface "${name}" of host "${host.name}" has no address (network ${role})`,
      {
        at: source.at,
        hint: 'give it an address, or write the address in the inventory',
      },
    );
  }
  return { address: usable.address, interface: name, prefixLength: usable.prefixLength };
}

function isGlobal(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() !== 'linkLocal';
}

/** True if `address` lies in the network of `member` with this prefix length; false across families. */
export function isInSubnet(address: string, member: string, prefixLength: number): boolean {
  if (!ipaddr.isValid(address) || !ipaddr.isValid(member)) return false;
  const [a, b] = [ipaddr.parse(address), ipaddr.parse(member)];
  return a.kind() === b.kind() && a.match(b, prefixLength);
}

/** True for text that is an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return ipaddr.isValid(text) && (text.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(text));
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
