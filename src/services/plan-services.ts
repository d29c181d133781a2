import type { ContainerSpec, ReloadMethod } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { yamlAt } from '../lib/yaml.ts';
import { createTemplates, type Templates } from '../templates/index.ts';
import { type ConfigRendering, kollaConfig, type RenderedConfig, renderConfigs } from './config-files.ts';
import { optionsOf } from './container-options.ts';
import { databaseOneShots } from './databases.ts';
import { evaluatePart, numberOf } from './evaluate.ts';
import { configHashesOf, engineHashOf } from './hashes.ts';
import { imageRefOf } from './image-ref.ts';
import { balancerEntries } from './load-balancer.ts';
import type { PlannedOneShot, Service, ServicePlan } from './model.ts';
import { oneShotsOf } from './one-shots.ts';
import { type ContainerSource, containerSchema } from './schema.ts';
import { groupMembers, hostsOfService, listOf, membersOf, type ServiceWorld, serviceScope } from './scope.ts';
import { checksOf, listensOf } from './service-checks.ts';

/**
 * What each enabled service is on the site: container specs over hosts, one-shots, checks; in the order of the services'
 * needs. Pure but for `readFile`, which gives the text of a template, or undefined where there is none. Throws UserError
 * with the place of what can't be made.
 */
export function planServices(world: ServiceWorld, readFile: ReadFile): readonly ServicePlan[] {
  const planOf = servicePlanner(world, readFile);
  return world.enabled.flatMap((service) => planOf(service.name) ?? []);
}

/** The same service by service, each made at its first call; undefined for a service that is not enabled. */
export function servicePlanner(
  world: ServiceWorld,
  readFile: ReadFile,
): (service: string) => ServicePlan | undefined {
  const { roots } = world.catalogue;
  // A text ends as its template does: HAProxy refuses a file without a last line break.
  const templates = createTemplates({ roots, readFile, whitespace: 'trim', lastNewline: 'keep' });
  const plans = new Map<string, ServicePlan>();
  let planning: Planning | undefined;
  return (name) => {
    const service = world.enabled.find((one) => one.name === name);
    if (!service) return undefined;
    planning ??= { world, templates, extra: { balancer_entries: balancerEntries(world) } };
    const plan = plans.get(name) ?? planService(service, planning);
    plans.set(name, plan);
    return plan;
  };
}

type ReadFile = (path: string) => string | undefined;

/** What is shared by all hosts of a planning. */
export type Planning = {
  readonly world: ServiceWorld;
  readonly templates: Templates;
  readonly extra: Readonly<Record<string, unknown>>;
};

function planService(service: Service, planning: Planning): ServicePlan {
  const { world } = planning;
  refuseCrowd(service, world);
  const enabled = new Set(world.enabled.map((one) => one.name));
  const containers: ContainerSpec[] = [];
  const oneShots: PlannedOneShot[] = [];
  const configs = new Map<string, ReadonlyMap<string, RenderedConfig>>();
  const configsOn = (host: string) => {
    const known =
      configs.get(host) ?? renderConfigs(service, { ...planning, host } satisfies ConfigRendering);
    configs.set(host, known);
    return known;
  };
  for (const name of Object.keys(service.source.containers)) {
    for (const host of hostsOf(world, service, name)) {
      const spec = containerOn(service, { planning, host, name, configs: configsOn(host) });
      if (spec) containers.push(spec);
    }
  }
  oneShots.push(
    ...databaseOneShots(service, planning),
    ...oneShotsOf(service, { planning, containers, configsOn }),
  );
  return {
    name: service.name,
    hosts: hostsOfService(world, service),
    needs: service.source.needs.filter((need) => enabled.has(need)),
    containers,
    oneShots,
    checks: checksOf(world, service),
    listens: listensOf(world, service),
  };
}

/** Throws E_SERVICE where a service that makes no cluster has more members than it can have. */
function refuseCrowd(service: Service, world: ServiceWorld): void {
  const { max_members: most } = service.source;
  const members = membersOf(world, service);
  if (most === undefined || members.length <= most) return;
  throw new UserError(
    'E_SERVICE',
    `service "${service.name}" can have ${most} ${most === 1 ? 'host' : 'hosts'}, and its group has ${members.length}: ${members.join(', ')}`,
    {
      at: yamlAt(service.node, ['max_members'])?.at,
      hint: `make a group "${service.name}" of fewer hosts in inventory.yml`,
    },
  );
}

function hostsOf(world: ServiceWorld, service: Service, container: string): readonly string[] {
  if (world.external.has(service.name)) return [];
  const group = service.source.containers[container]?.group;
  return group === undefined ? membersOf(world, service) : groupMembers(world.site, listOf(group));
}

type ContainerPlanning = {
  readonly planning: Planning;
  readonly host: string;
  readonly name: string;
  readonly configs: ReadonlyMap<string, RenderedConfig>;
};

function containerOn(service: Service, from: ContainerPlanning): ContainerSpec | undefined {
  const { world } = from.planning;
  const path = ['containers', from.name];
  const scope = serviceScope(world, service, from.host);
  const source = evaluatePart(service, path, { scope, schema: containerSchema });
  if (source.when !== undefined && !['true', 'yes'].includes(source.when)) return undefined;
  const chosen = (source.configs ?? [...from.configs.keys()]).flatMap((name) => from.configs.get(name) ?? []);
  const files = [kollaConfig(source.command ?? '', chosen), ...chosen.flatMap((one) => one.files)];
  const prefix = world.site.globals.containerPrefix;
  const image = imageRefOf(world.site, source.image);
  const options = optionsOf(source, { service, container: from.name, prefix });
  const reload = reloadOf(source);
  return {
    site: world.site.name,
    host: from.host,
    service: service.name,
    container: from.name,
    name: `${prefix}${from.name}`,
    image,
    options,
    files,
    engineHash: engineHashOf(image, options),
    ...configHashesOf(files, world.site.secrets.hmacKey()),
    onChange: source.on_change,
    ...(reload && { reload }),
    rollback: source.rollback,
    proveTimeoutSeconds: numberOf(source.prove_timeout, service, [...path, 'prove_timeout']),
    labels: {},
  };
}

/** A candidate is laid out below `/run/kolla-candidate` before a service's own check looks at it (specs/010). */
function reloadOf(source: ContainerSource): ReloadMethod | undefined {
  if (!source.validate && !source.reload) return undefined;
  const check = 'kolla_activate_configs --candidate-only >/dev/null && exec "$@"';
  return {
    ...(source.validate && { validate: ['bash', '-c', check, 'validate', ...source.validate] }),
    activate: ['kolla_activate_configs'],
    ...(source.reload?.signal !== undefined && { signal: source.reload.signal }),
    ...(source.reload?.command && { command: source.reload.command }),
    ...(source.reload?.verify && { verify: source.reload.verify }),
  };
}
