import type { Scope } from '../expressions/index.ts';
import { UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import {
  groupsContext,
  hostContext,
  hostsContext,
  type NetworkRole,
  networkRoles,
  type Site,
  siteContext,
  variableValues,
} from '../site/index.ts';
import { booleanOf, evaluatePart } from './evaluate.ts';
import type { Service, ServiceCatalogue } from './model.ts';
import { endpointSchema, serviceSchema } from './schema.ts';

/** A site with the services that are on it, as expressions and templates of services see them. */
export type ServiceWorld = {
  readonly site: Site;
  readonly catalogue: ServiceCatalogue;
  readonly enabled: readonly Service[];
  /** Those of them that run elsewhere: they have endpoints and variables here, and nothing else. */
  readonly external: ReadonlySet<string>;
  /** Contexts that no host changes. */
  readonly shared: Readonly<Record<string, unknown>>;
};

/** Joins a site and its services. */
export function createWorld(site: Site, catalogue: ServiceCatalogue): ServiceWorld {
  const shared = {
    site: siteContext(site),
    globals: site.globals.values,
    groups: groupsContext(site),
    hosts: hostsContext(site),
  };
  const empty: ServiceWorld = { site, catalogue, enabled: [], external: new Set(), shared };
  const enabled = catalogue.services.filter((service) => isEnabled(empty, service));
  const external = enabled.filter((service) => isTrue(empty, service, 'external'));
  return { ...empty, enabled, external: new Set(external.map((service) => service.name)) };
}

/** What an expression of a service sees on a host. */
export function serviceScope(world: ServiceWorld, service: Service, host: string | undefined): Scope {
  return { contexts: serviceContexts(world, service, host), functions: siteFunctions(world) };
}

/** The contexts `vars`, `host`, `hosts`, `groups`, `site`, `globals`, `service`, `services` of a service on a host. */
export function serviceContexts(
  world: ServiceWorld,
  service: Service,
  host: string | undefined,
): Record<string, unknown> {
  return {
    ...world.shared,
    vars: variablesOf(world, service, host),
    service: { name: service.name, hosts: hostsOfService(world, service) },
    services: servicesContext(world),
    ...(host !== undefined && { host: hostContext(world.site, host) }),
  };
}

/** All documented variables of all services with their values: `vars.keystone_port` is known everywhere. */
function variablesOf(
  world: ServiceWorld,
  service: Service,
  host: string | undefined,
): Record<string, unknown> {
  const defaults = new Map(world.catalogue.services.flatMap((one) => [...one.defaults]));
  for (const [name, variable] of service.defaults) defaults.set(name, variable);
  return variableValues(world.site.variables(host, defaults));
}

/** The `services` context: each enabled service with its hosts. */
export function servicesContext(world: ServiceWorld): Record<string, unknown> {
  return Object.fromEntries(
    world.enabled.map((service) => [
      service.name,
      { name: service.name, hosts: hostsOfService(world, service) },
    ]),
  );
}

/** The functions `members(group)`, `addresses(group, network)`. */
export function siteFunctions(world: ServiceWorld): NonNullable<Scope['functions']> {
  return {
    members: (group) => groupMembers(world.site, [String(group)]),
    addresses: (group, network = 'api') =>
      groupMembers(world.site, [String(group)]).map((host) => addressOf(world.site, host, String(network))),
    url: (service, kind = 'internal') => urlOf(world, String(service), String(kind)),
  };
}

/** The hosts of a service's group; none for one that runs elsewhere. */
export function membersOf(world: ServiceWorld, service: Service): readonly string[] {
  if (world.external.has(service.name)) return [];
  return groupMembers(world.site, listOf(service.source.group));
}

/** All hosts that have a part of a service: those of its group, then those of its containers' own groups. */
export function hostsOfService(world: ServiceWorld, service: Service): readonly string[] {
  const members = membersOf(world, service);
  if (world.external.has(service.name)) return members;
  const others = Object.values(service.source.containers).flatMap(({ group }) =>
    group === undefined ? [] : groupMembers(world.site, listOf(group)),
  );
  return [...new Set([...members, ...others])];
}

/** The hosts of the first of these groups that the inventory has. Throws E_PATTERN_UNKNOWN if it has none. */
export function groupMembers(site: Site, names: readonly string[]): readonly string[] {
  for (const name of names) {
    const group = site.inventory.groups.get(name);
    if (group) return group.hosts;
  }
  throw new UserError(
    'E_PATTERN_UNKNOWN',
    `the inventory has no group ${names.map((one) => `"${one}"`).join(' or ')}`,
    {
      hint: `add it to inventory.yml, or: ${didYouMean(names[0] ?? '', site.inventory.groups.keys())}`,
    },
  );
}

/** The address of a host in a network. Throws E_HOST_INTERFACE where it is not known. */
export function addressOf(site: Site, host: string, network: string): string {
  const role = networkRoles.find((one) => one === network) as NetworkRole | undefined;
  const address = role && site.addresses.get(host)?.[role]?.address;
  if (address !== undefined) return address;
  throw new UserError('E_HOST_INTERFACE', `the ${network} address of host "${host}" is not known`, {
    at: site.inventory.hosts.get(host)?.at,
    hint: `give the host networks: { ${network}: { interface: NAME } } or { address: … } in inventory.yml`,
  });
}

/** The address that a service is reached at (`internal`, `public`, `admin`), as its `endpoints` say. */
export function urlOf(world: ServiceWorld, name: string, kind: string): string {
  const service = world.enabled.find((one) => one.name === name);
  if (!service?.source.endpoints) {
    const names = world.enabled.filter((one) => one.source.endpoints).map((one) => one.name);
    throw new UserError('E_SERVICE', `no service "${name}" with endpoints is enabled`, {
      hint: didYouMean(name, names),
    });
  }
  const scope = serviceScope(world, service, undefined);
  const endpoints = evaluatePart(service, ['endpoints'], { scope, schema: endpointSchema });
  return (
    (kind === 'public' ? endpoints.public : kind === 'admin' ? endpoints.admin : undefined) ??
    endpoints.internal
  );
}

function isEnabled(world: ServiceWorld, service: Service): boolean {
  return world.site.globals.enabled[service.name.replaceAll('-', '_')] ?? isTrue(world, service, 'enabled');
}

/** A switch of a definition, which may be an expression over variables, groups and globals (no host, no services). */
function isTrue(world: ServiceWorld, service: Service, key: 'enabled' | 'external'): boolean {
  const value = service.source[key];
  if (typeof value === 'boolean') return value;
  const contexts = { ...world.shared, vars: variablesOf(world, service, undefined) };
  const schema = serviceSchema.shape[key];
  return booleanOf(evaluatePart(service, [key], { scope: { contexts }, schema }));
}

/** One or several as a list. */
export function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
