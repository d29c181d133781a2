import { z } from 'zod';
import { evaluatePart, numberOf } from './evaluate.ts';
import { balancerEntries } from './load-balancer.ts';
import type { Service, ServiceCheck, ServicePlan } from './model.ts';
import { serviceSchema } from './schema.ts';
import { addressOf, membersOf, type ServiceWorld, serviceScope } from './scope.ts';

const checksSchema = serviceSchema.shape.checks;
const portsSchema = z.array(z.union([z.number(), z.string()]));

/** The functional checks of a service, for each of its hosts. */
export function checksOf(world: ServiceWorld, service: Service): readonly ServiceCheck[] {
  if (service.source.checks.length === 0) return [];
  return membersOf(world, service).flatMap((host) => {
    const scope = serviceScope(world, service, host);
    const checks = evaluatePart(service, ['checks'], { scope, schema: checksSchema });
    return checks.flatMap((check, index): ServiceCheck[] => {
      const probe = probeOf(check);
      const timeoutSeconds = numberOf(check.timeout, service, ['checks', index, 'timeout']);
      return probe ? [{ name: check.name, host, timeoutSeconds, probe }] : [];
    });
  });
}

function probeOf(check: z.infer<typeof checksSchema>[number]): ServiceCheck['probe'] | undefined {
  if (check.http !== undefined) return { kind: 'http', url: check.http, status: check.status };
  if (check.tcp !== undefined) return { kind: 'tcp', address: check.tcp };
  return check.exec && { kind: 'exec', ...check.exec };
}

/**
 * The ports that a service's containers take on each host: its own at the host's API address, and for the load balancer
 * those of every entry at its virtual addresses.
 */
export function listensOf(world: ServiceWorld, service: Service): ServicePlan['listens'] {
  const hosts = membersOf(world, service);
  const entries = service.source.containers['haproxy'] && hosts.length > 0 ? balancerEntries(world) : [];
  const virtual = entries.flatMap(({ addresses, port }) => addresses.map((address) => ({ address, port })));
  return [
    ...ownListens(world, service),
    ...hosts.flatMap((host) => virtual.map((one) => ({ host, ...one }))),
  ];
}

function ownListens(world: ServiceWorld, service: Service): ServicePlan['listens'] {
  if (service.source.ports.length === 0) return [];
  return membersOf(world, service).flatMap((host) => {
    const scope = serviceScope(world, service, host);
    const ports = evaluatePart(service, ['ports'], { scope, schema: portsSchema });
    const address = addressOf(world.site, host, 'api');
    return ports.map((port, index) => ({ host, address, port: numberOf(port, service, ['ports', index]) }));
  });
}
