import ipaddr from 'ipaddr.js';
import { type Problem, problem } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { Host, HostAddress, Inventory, NetworkRole, NetworkSource } from './model.ts';

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

type Interfaces = readonly HostInterface[] | undefined;

function resolveOne(host: Host, role: NetworkRole, interfaces: Interfaces): HostAddress | Problem {
  const source = host.networks[role];
  if (!source) return { address: '' };
  if (source.address !== undefined) return staticAddress(source, source.address, interfaces);
  if (!interfaces) return { address: '' };
  const name = source.interface ?? '';
  const found = interfaces.find((one) => one.name === name);
  if (!found) {
    const names = interfaces.map((one) => one.name);
    return problem('E_HOST_INTERFACE', `host "${host.name}" has no interface "${name}" (network ${role})`, {
      at: source.at,
      hint: didYouMean(name, names),
    });
  }
  const usable = found.addresses
    .filter((one) => isGlobal(one.address))
    .sort((a, b) => a.family - b.family)[0];
  if (usable) return { address: usable.address, interface: name, prefixLength: usable.prefixLength };
  const message = `interface "${name}" of host "${host.name}" has no address (network ${role})`;
  const hint = 'give it an address, or write the address in the inventory';
  return problem('E_HOST_INTERFACE', message, { at: source.at, hint });
}

/** An address as written, with what facts know of it: an address in another spelling (IPv6) is the same one. */
function staticAddress(
  source: NetworkSource,
  address: string,
  interfaces: Interfaces,
): HostAddress | Problem {
  const normal = normalAddress(address);
  if (normal === undefined) return problem('E_INVENTORY', `"${address}" is no IP address`, { at: source.at });
  const isIt = (one: { address: string }) => normalAddress(one.address) === normal;
  const holder = interfaces?.find((one) => one.addresses.some(isIt));
  const prefix = holder?.addresses.find(isIt)?.prefixLength;
  const name = source.interface ?? holder?.name;
  return {
    address: normal,
    ...(name !== undefined && { interface: name }),
    ...(prefix !== undefined && { prefixLength: prefix }),
  };
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

/** The one spelling of an address (IPv6 has many); undefined for text that is none. */
export function normalAddress(text: string): string | undefined {
  return isAddress(text) ? ipaddr.parse(text).toString() : undefined;
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
