import { UserError } from '../lib/errors.ts';
import { yamlAt } from '../lib/yaml.ts';
import { booleanOf, evaluatePart, numberOf } from './evaluate.ts';
import type { BalancerEntry, BalancerMember, Service } from './model.ts';
import { type BalancerSource, balancerSchema } from './schema.ts';
import { addressOf, groupMembers, listOf, membersOf, type ServiceWorld, serviceScope } from './scope.ts';

/**
 * The load balancer's entries of all enabled services, by name, each with its members. Throws E_SERVICE for two of one
 * name and for two at one port of an address: HAProxy would take both, and clients would reach either.
 */
export function balancerEntries(world: ServiceWorld): readonly BalancerEntry[] {
  const entries = world.enabled
    .filter((service) => !world.external.has(service.name))
    .flatMap((service) =>
      Object.keys(service.source.loadbalancer).flatMap((name) => entryOf(world, service, name)),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  refuseClashes(entries);
  return entries;
}

function refuseClashes(entries: readonly BalancerEntry[]): void {
  const takers = new Map<string, BalancerEntry>();
  for (const entry of entries) {
    for (const taken of [
      `name ${entry.name}`,
      ...entry.addresses.map((one) => `port ${entry.port} of ${one}`),
    ]) {
      const other = takers.get(taken);
      takers.set(taken, entry);
      if (!other) continue;
      throw new UserError(
        'E_SERVICE',
        `two entries of the load balancer have the ${taken}: "${other.name}" of ${other.service}, "${entry.name}" of ${entry.service}`,
        { at: entry.at, hint: 'give one of them another, or disable it' },
      );
    }
  }
}

function entryOf(world: ServiceWorld, service: Service, name: string): BalancerEntry[] {
  const path = ['loadbalancer', name];
  const scope = serviceScope(world, service, undefined);
  const source = evaluatePart(service, path, { scope, schema: balancerSchema });
  if (!booleanOf(source.enabled)) return [];
  const number = (value: number | string, field: string) => numberOf(value, service, [...path, field]);
  const { check } = source;
  return [
    {
      name,
      service: service.name,
      mode: source.mode,
      addresses: addressesOf(world, source),
      port: number(source.port, 'port'),
      balance: source.balance,
      members: source.mode === 'redirect' ? [] : membersOfEntry(world, { service, source, path }),
      tls_backend: booleanOf(source.tls_backend),
      redirect_to: source.redirect_to ?? '',
      check: { ...check, rise: number(check.rise, 'check'), fall: number(check.fall, 'check') },
      frontend_extra: source.frontend_extra,
      backend_extra: source.backend_extra,
      at: yamlAt(service.node, path)?.at ?? service.node.at,
    },
  ];
}

function addressesOf(world: ServiceWorld, source: BalancerSource): readonly string[] {
  const { internalVip, externalVip } = world.site.globals;
  if (!booleanOf(source.external)) return [internalVip];
  return [externalVip ?? internalVip];
}

function membersOfEntry(
  world: ServiceWorld,
  from: { readonly service: Service; readonly source: BalancerSource; readonly path: readonly string[] },
): readonly BalancerMember[] {
  const { service, source, path } = from;
  const hosts =
    source.group === undefined ? membersOf(world, service) : groupMembers(world.site, listOf(source.group));
  return hosts.map((host, index) => {
    // Port and weight may differ by host: they are evaluated once more for each.
    const own = evaluatePart(service, path, {
      scope: serviceScope(world, service, host),
      schema: balancerSchema,
    });
    return {
      host,
      address: addressOf(world.site, host, source.network),
      port: numberOf(own.listen_port ?? own.port, service, [...path, 'listen_port']),
      weight: numberOf(own.weight ?? 1, service, [...path, 'weight']),
      backup: booleanOf(source.active_passive) && index > 0,
    };
  });
}
