import { type Problem, problem } from '../lib/errors.ts';
import { normalAddress } from './addresses.ts';
import type { Host } from './model.ts';

/** Static addresses that are none, and those that two hosts have: a group's address counts for each of its hosts. */
export function sharedAddresses(hosts: ReadonlyMap<string, Host>): Problem[] {
  const problems = new Map<string, Problem>();
  const holders = new Map<string, string>();
  for (const host of hosts.values()) {
    for (const { address, at } of Object.values(host.networks)) {
      if (address === undefined) continue;
      const normal = normalAddress(address);
      const place = `${at.line}:${at.column}`;
      const holder = holders.get(normal ?? address) ?? host.name;
      holders.set(normal ?? address, holder);
      if (normal === undefined) {
        const hint = 'for example 192.0.2.11 or fd00::11, without the length of the network';
        problems.set(place, problem('E_INVENTORY', `"${address}" is no IP address`, { at, hint }));
      } else if (holder !== host.name) {
        const message = `hosts "${holder}" and "${host.name}" have the same address ${address}`;
        const hint = 'an address belongs to one host; for a group, name an interface';
        problems.set(`${place} ${host.name}`, problem('E_INVENTORY', message, { at, hint }));
      }
    }
  }
  return [...problems.values()];
}
