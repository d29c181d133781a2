import type { ConfigFile } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { yamlAt } from '../lib/yaml.ts';
import type { Site } from '../site/index.ts';
import { mergeConfig, type RenderedText, type Templates } from '../templates/index.ts';
import { evaluatePart } from './evaluate.ts';
import type { Service } from './model.ts';
import { type ConfigSource, configSchema } from './schema.ts';
import { type ServiceWorld, serviceContexts, serviceScope, siteFunctions } from './scope.ts';

/** Where files go in a container, as Kolla's `config.json` says it (specs/010). */
type ConfigTarget = {
  readonly source: string;
  readonly dest: string;
  readonly owner: string;
  readonly perm: string;
};

/** A rendered config of a service: the files of the archive, and where they go. */
export type RenderedConfig = {
  readonly name: string;
  readonly files: readonly ConfigFile[];
  readonly target: ConfigTarget;
};

/** What rendering needs beside the service. `extra` are further variables of its templates. */
export type ConfigRendering = {
  readonly world: ServiceWorld;
  readonly templates: Templates;
  readonly host: string;
  readonly extra: Readonly<Record<string, unknown>>;
};

const directory = '/var/lib/kolla/config_files';

/** Renders a service's configs for a host; the operator's overrides from `config/` are templates too. */
export function renderConfigs(
  service: Service,
  rendering: ConfigRendering,
): ReadonlyMap<string, RenderedConfig> {
  const { world, host } = rendering;
  requireSecrets(service, world.site);
  const secrets = watchedSecrets(world.site);
  const variables = {
    ...siteFunctions(world),
    ...serviceContexts(world, service, host),
    ...rendering.extra,
    secrets: secrets.values,
  };
  const scope = serviceScope(world, service, host);
  const rendered = new Map<string, RenderedConfig>();
  for (const name of Object.keys(service.source.configs)) {
    const source = evaluatePart(service, ['configs', name], { scope, schema: configSchema });
    secrets.used.clear();
    const files =
      source.keys === undefined
        ? [templateFile(service, { ...rendering, name, source, variables, secrets })]
        : keyFiles(name, { key: source.keys, mode: source.mode, site: world.site });
    const target = {
      source: `${directory}/${name}`,
      dest: source.path,
      owner: source.owner,
      perm: source.mode,
    };
    rendered.set(name, { name, files, target });
  }
  return rendered;
}

/** The `config.json` of a container: its command and where its files go. */
export function kollaConfig(command: string, configs: readonly RenderedConfig[]): ConfigFile {
  const content = { command, config_files: configs.map((one) => one.target) };
  return { path: 'config.json', content: `${JSON.stringify(content, null, 2)}\n`, mode: '0600', secrets: [] };
}

type TemplateRendering = ConfigRendering & {
  readonly name: string;
  readonly source: ConfigSource;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly secrets: WatchedSecrets;
};

function templateFile(service: Service, how: TemplateRendering): ConfigFile {
  const { source, templates, variables, name, world, host } = how;
  const base = templates.renderWithOrigin(`${service.name}/${source.template}`, variables);
  const overrides = world.site.overrides(service.name, name, host).map((override) => ({
    file: override.file,
    rendered: templates.renderText(override.file, override.text, variables),
  }));
  const text = mergeConfig(
    source.format,
    { file: `${service.name}/${source.template}`, text: base.text },
    overrides.map((one) => ({ file: one.file, text: one.rendered.text })),
  );
  const origin = originOf(source.format, base, overrides.at(-1)?.rendered);
  return {
    path: name,
    content: text,
    mode: source.mode,
    secrets: [...how.secrets.used],
    ...(origin && { origin }),
  };
}

/** Lines of a merged file have no single origin; a text is the operator's whole, or ours. */
function originOf(format: ConfigSource['format'], base: RenderedText, override: RenderedText | undefined) {
  if (!override) return base.origin;
  return format === 'text' ? override.origin : undefined;
}

/** A set of keys (`{"0": …, "1": …}`) as files `NAME/0`, `NAME/1`. */
function keyFiles(
  name: string,
  from: { readonly key: string; readonly mode: string; readonly site: Site },
): readonly ConfigFile[] {
  const keys = JSON.parse(from.site.secrets.get(from.key)) as Record<string, string>;
  return Object.entries(keys).map(([number, content]) => ({
    path: `${name}/${number}`,
    content,
    mode: from.mode,
    secrets: [content],
  }));
}

type WatchedSecrets = { readonly values: Readonly<Record<string, string>>; readonly used: Set<string> };

/** The secrets of a site as a template's variable; those that it reads are remembered for masking. */
function watchedSecrets(site: Site): WatchedSecrets {
  const used = new Set<string>();
  const values = {};
  for (const name of site.secrets.names()) {
    const get = () => {
      const value = site.secrets.get(name);
      used.add(value);
      return value;
    };
    Object.defineProperty(values, name, { enumerable: true, get });
  }
  return { values, used };
}

function requireSecrets(service: Service, site: Site): void {
  const there = new Set(site.secrets.names());
  const missing = Object.keys(service.source.secrets).filter(
    (name) => !there.has(name) || site.secrets.get(name) === '',
  );
  const first = missing[0];
  if (first === undefined) return;
  throw new UserError(
    'E_SERVICE_SECRET',
    `service "${service.name}" needs the secret ${missing.join(', ')}`,
    {
      at: yamlAt(service.node, ['secrets', first])?.at,
      hint: 'run: slipway secrets init   (it makes what is missing and keeps what is there)',
    },
  );
}
