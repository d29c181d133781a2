import type { ContextShape, ExpressionFunction } from '../expressions/index.ts';
import { openShape } from '../expressions/index.ts';
import type { PlanningWorld } from '../pipeline/index.ts';
import type { JobScope } from '../runner/index.ts';
import {
  createWorld,
  type ServiceWorld,
  serviceContexts,
  servicesContext,
  serviceVariables,
  siteFunctions,
} from '../services/index.ts';
import { hostContext, selectHosts, valuesToMask, variableValues } from '../site/index.ts';
import type { CommandContext } from './context.ts';
import { hashFiles } from './hash-files.ts';
import type { OpenedSite } from './open-site.ts';

/** What pipelines see of a site, or of none. */
export type RunWorld = {
  readonly planning: PlanningWorld & { readonly functions: Readonly<Record<string, ExpressionFunction>> };
  /** The contexts that hang on a job's host and service; made once for each pair. */
  readonly contextsOf: (job: JobScope) => Readonly<Record<string, unknown>>;
};

type WorldOptions = { readonly hostPattern: string | undefined; readonly workspace: string };

/** Joins a site with its services for pipelines; `hostPattern` (`--host`) narrows every stage's hosts. */
export function worldOf(opened: OpenedSite | undefined, options: WorldOptions): RunWorld {
  const functions = {
    hashFiles: (...patterns: unknown[]) => hashFiles(options.workspace, patterns.map(String)),
  };
  if (!opened) {
    const planning = { hosts: [], selectHosts: () => noHosts(), services: [], contexts: {}, functions };
    return { planning, contextsOf: () => ({}) };
  }
  const { site, catalogue } = opened;
  const world = createWorld(site, catalogue);
  const all = [...site.inventory.hosts.keys()];
  const narrowed = new Set(
    options.hostPattern === undefined ? all : selectHosts(site.inventory, options.hostPattern),
  );
  const contextsOf = once((job) => jobContexts(world, job));
  const enabled = new Set(world.enabled.map((service) => service.name));
  return {
    contextsOf,
    planning: {
      hosts: all.filter((host) => narrowed.has(host)),
      selectHosts: (pattern) => selectHosts(site.inventory, pattern).filter((host) => narrowed.has(host)),
      services: world.enabled.map((service) => ({
        name: service.name,
        needs: service.source.needs.filter((need) => enabled.has(need)),
      })),
      contexts: { ...world.shared, services: servicesContext(world) },
      cellContexts: ({ host, service }) => contextsOf({ host, service }),
      functions: { ...functions, ...siteFunctions(world) },
    },
  };
}

function noHosts(): readonly string[] {
  return [];
}

function jobContexts(world: ServiceWorld, { host, service }: JobScope): Readonly<Record<string, unknown>> {
  const found = world.enabled.find((one) => one.name === service);
  if (found) return serviceContexts(world, found, host);
  const defaults = new Map(world.catalogue.services.flatMap((one) => [...one.defaults]));
  return {
    ...world.shared,
    services: servicesContext(world),
    vars: variableValues(world.site.variables(host, defaults)),
    ...(host !== undefined && { host: hostContext(world.site, host) }),
  };
}

function once<T>(make: (job: JobScope) => T): (job: JobScope) => T {
  const made = new Map<string, T>();
  return (job) => {
    const key = `${job.host ?? ''}/${job.service ?? ''}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(job);
    made.set(key, value);
    return value;
  };
}

/** Contexts of a whole run: `all` for its stages, `planning` those that are known before; secrets for the masker. */
export function runContexts(
  opened: OpenedSite | undefined,
  { runId, context }: { readonly runId: string; readonly context: CommandContext },
): {
  readonly all: Readonly<Record<string, unknown>>;
  readonly planning: Readonly<Record<string, unknown>>;
  readonly secretValues: readonly string[];
} {
  const secrets = opened?.site.secrets;
  const names = secrets?.names() ?? [];
  const { platform } = context.runtime;
  const os = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[platform] ?? platform;
  const planning = {
    run: { id: runId },
    runner: { os, name: 'control machine', temp: context.env['TMPDIR'] || '/tmp' },
  };
  const base = opened
    ? worldOf(opened, { hostPattern: undefined, workspace: '' }).contextsOf(nothing)
    : { vars: {} };
  const all = {
    ...base,
    ...planning,
    secrets: Object.fromEntries(names.map((name) => [name, () => secrets?.get(name)])),
  };
  return { all, planning, secretValues: secrets ? valuesToMask(secrets) : [] };
}

const nothing: JobScope = { host: undefined, service: undefined };

/** What is known of contexts while a pipeline is checked, so that a wrong name is an error before anything runs. */
export function contextShapes(opened: OpenedSite | undefined): Readonly<Record<string, ContextShape>> {
  if (!opened) return {};
  const names = (list: readonly string[], noun: string, hint?: string): ContextShape => ({
    open: false,
    noun,
    keys: Object.fromEntries(list.map((name) => [name, openShape])),
    ...(hint !== undefined && { hint }),
  });
  const { site, catalogue } = opened;
  const variables = Object.keys(serviceVariables(catalogue));
  return {
    groups: names([...site.inventory.groups.keys()], 'group'),
    hosts: names([...site.inventory.hosts.keys()], 'host'),
    secrets: names(site.secrets.names(), 'secret'),
    vars: { ...names(variables, 'variable'), open: true },
  };
}
