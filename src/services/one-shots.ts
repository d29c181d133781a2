import type { ConfigFile, ContainerSpec, OneShotSpec } from '../lib/container-spec.ts';
import type { RenderedConfig } from './config-files.ts';
import { evaluatePart, numberOf } from './evaluate.ts';
import { canonical, configHashesOf, engineHashOf, hmac } from './hashes.ts';
import type { PlannedOneShot, Service } from './model.ts';
import type { Planning } from './plan-services.ts';
import { oneShotSchema } from './schema.ts';
import { listOf, membersOf, serviceScope } from './scope.ts';

/** The one-shots of a service, in the order of the file, each on the first host of its container. */
export function oneShotsOf(service: Service, from: OneShotPlanning): readonly PlannedOneShot[] {
  return Object.entries(service.source.one_shots).flatMap(([name, { container }]) => {
    const base = from.containers.find((spec) => spec.container === container);
    return base ? [oneShotOf(service, { ...from, name, base })] : [];
  });
}

type OneShotPlanning = {
  readonly planning: Planning;
  readonly containers: readonly ContainerSpec[];
  readonly configsOn: (host: string) => ReadonlyMap<string, RenderedConfig>;
};

function oneShotOf(
  service: Service,
  from: OneShotPlanning & { readonly name: string; readonly base: ContainerSpec },
): PlannedOneShot {
  const { name, base } = from;
  const { world } = from.planning;
  const path = ['one_shots', name];
  const scope = serviceScope(world, service, base.host);
  const source = evaluatePart(service, path, { scope, schema: oneShotSchema });
  const key = world.site.secrets.hmacKey();
  const configs = source.configs.flatMap((config) => from.configsOn(base.host).get(config) ?? []);
  const { env, command } = source;
  const spec = oneShotContainer(base, { name, env, command, configs, key });
  const own = configs.length > 0 ? configs.flatMap((one) => one.files) : spec.files;
  const about =
    source.when === 'config-changed'
      ? own.map((file) => [file.path, file.content])
      : membersOf(world, service);
  const oneShot: OneShotSpec = {
    spec,
    when: source.when,
    phase: source.phase,
    ...(source.done !== undefined && {
      done: probe(typeof source.done === 'string' ? ['bash', '-c', source.done] : source.done),
    }),
    membersHash: hmac(key, canonical(about)),
    timeoutSeconds: numberOf(source.timeout, service, [...path, 'timeout']),
  };
  return { oneShot, before: source.before };
}

/** A container of a service as a one-shot: it serves nothing, so it is neither checked for health nor started again. */
export function oneShotContainer(
  base: ContainerSpec,
  change: {
    readonly name: string;
    readonly env: Readonly<Record<string, string>>;
    readonly command: string | undefined;
    readonly configs: readonly RenderedConfig[];
    readonly key: string;
  },
): ContainerSpec {
  const { healthcheck: _none, ...rest } = base.options;
  const options = { ...rest, env: { ...rest.env, ...change.env }, restart: 'no' as const };
  const files = base.files
    .map((file) => (file.path === 'config.json' ? withParts(file, change) : file))
    .concat(change.configs.flatMap((one) => one.files));
  const { reload: _noReload, ...spec } = base;
  return {
    ...spec,
    container: change.name,
    name: `${base.name.slice(0, base.name.length - base.container.length)}${change.name}`,
    options,
    files,
    engineHash: engineHashOf(base.image, options),
    ...configHashesOf(files, change.key),
    onChange: 'recreate',
  };
}

/** A probe runs without `kolla_start`: its configuration is laid out first. */
export function probe(argv: readonly string[]): readonly string[] {
  return ['bash', '-c', 'sudo -E kolla_set_configs >/dev/null 2>&1; exec "$@"', 'probe', ...listOf(argv)];
}

function withParts(
  file: ConfigFile,
  change: { readonly command: string | undefined; readonly configs: readonly RenderedConfig[] },
): ConfigFile {
  if (change.command === undefined && change.configs.length === 0) return file;
  const said = JSON.parse(file.content) as { readonly config_files: readonly unknown[] };
  const content = {
    ...said,
    ...(change.command !== undefined && { command: change.command }),
    config_files: [...said.config_files, ...change.configs.map((one) => one.target)],
  };
  return { ...file, content: `${JSON.stringify(content, null, 2)}\n` };
}
