import { inUrl } from './addresses.ts';
import type { Site } from './model.ts';
import { variableValues } from './variables.ts';

/** The `site` context of expressions and templates. */
export function siteContext(site: Site): Record<string, unknown> {
  return {
    name: site.name,
    directory: site.directory,
    internal_vip: site.globals.internalVip,
    external_vip: site.globals.externalVip ?? site.globals.internalVip,
    internal_vip_url: inUrl(site.globals.internalVip),
    external_vip_url: inUrl(site.globals.externalVip ?? site.globals.internalVip),
    suite: site.globals.baseSuite,
  };
}

/** The `host` context: `host.name`, `host.groups`, `host.address.api`, `host.interface.api`, `host.vars.NAME`. */
export function hostContext(site: Site, host: string): Record<string, unknown> {
  const addresses = Object.entries(site.addresses.get(host) ?? {});
  return {
    name: host,
    groups: site.inventory.hosts.get(host)?.groups ?? [],
    address: Object.fromEntries(addresses.map(([role, one]) => [role, one?.address])),
    address_url: Object.fromEntries(addresses.map(([role, one]) => [role, one && inUrl(one.address)])),
    interface: Object.fromEntries(
      addresses.flatMap(([role, one]) => (one?.interface ? [[role, one.interface]] : [])),
    ),
    vars: variableValues(site.variables(host)),
  };
}

/** The `hosts` context: each host by name. */
export function hostsContext(site: Site): Record<string, unknown> {
  return Object.fromEntries([...site.inventory.hosts.keys()].map((name) => [name, hostContext(site, name)]));
}

/** The `groups` context: names of hosts by group. */
export function groupsContext(site: Site): Record<string, readonly string[]> {
  return Object.fromEntries([...site.inventory.groups.values()].map((group) => [group.name, group.hosts]));
}
