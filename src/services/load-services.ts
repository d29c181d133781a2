import { dirname, join } from 'node:path';
import { compileTemplate } from '../expressions/index.ts';
import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { readAs } from '../lib/schema.ts';
import { didYouMean } from '../lib/suggest.ts';
import { readYaml, type YamlNode, yamlAt } from '../lib/yaml.ts';
import type { Variable, VariableTypes } from '../site/index.ts';
import { nameProblems } from './definition-names.ts';
import type { Service, ServiceCatalogue, WantedSecret } from './model.ts';
import { type ServiceSource, serviceSchema } from './schema.ts';

/** Where service definitions are, and how they are read. */
export type ServiceSources = {
  /** Directories with `<service>/service.yml`, highest precedence first: a site's, then the tool's. */
  readonly roots: readonly string[];
  readonly readText: (file: string) => string | undefined;
  /** The names of the directories in a directory; empty where there is none. */
  readonly listDirectories: (directory: string) => readonly string[];
};

/** Reads every service definition; the first root that has a service wins. Every problem of every file. */
export function loadServices(sources: ServiceSources): { catalogue: ServiceCatalogue; problems: Problem[] } {
  const problems: Problem[] = [];
  const services = new Map<string, Service>();
  for (const root of sources.roots) {
    for (const directory of [...sources.listDirectories(root)].sort()) {
      const file = join(root, directory, 'service.yml');
      const text = services.has(directory) ? undefined : sources.readText(file);
      if (text === undefined) continue;
      const { service, problems: found } = readService(text, file, directory);
      problems.push(...found);
      if (service) services.set(service.name, service);
    }
  }
  for (const service of services.values()) {
    problems.push(
      ...referenceProblems(service, services),
      ...nameProblems(service, services),
      ...templateProblems(service, sources),
    );
  }
  const ordered = inOrder(services, problems);
  return { catalogue: { services: ordered, roots: sources.roots }, problems };
}

/** Reads one `service.yml`; `directory` is the name that it must have. */
export function readService(
  text: string,
  file: string,
  directory: string,
): { service?: Service; problems: Problem[] } {
  const { node, problems } = readYaml(text, file);
  if (!node) {
    const at = { file, line: 1, column: 1 };
    return { problems: [...problems, problem('E_SERVICE', 'the file is empty', { at })] };
  }
  const { value, problems: found } = readAs(serviceSchema, node);
  const { compiled, problems: wrong } = compileTemplate(node);
  problems.push(...found, ...wrong);
  if (!value) return { problems };
  if (value.name !== directory) {
    const at = yamlAt(node, ['name'])?.at;
    problems.push(
      problem('E_SERVICE', `the service in the directory "${directory}" is named "${value.name}"`, { at }),
    );
  }
  return {
    service: { name: value.name, file, source: value, node, compiled, defaults: defaultsOf(value, node) },
    problems,
  };
}

/** Every secret that the services want, by name; the first service that names one counts. */
export function wantedSecrets(catalogue: ServiceCatalogue): readonly WantedSecret[] {
  const wanted = new Map<string, WantedSecret>();
  for (const service of catalogue.services) {
    for (const [name, secret] of Object.entries(service.source.secrets)) {
      if (!wanted.has(name))
        wanted.set(name, { name, kind: secret?.kind ?? 'password', service: service.name });
    }
  }
  return [...wanted.values()];
}

/** The variables that services document: name → description. */
export function serviceVariables(catalogue: ServiceCatalogue): Readonly<Record<string, string>> {
  const entries = catalogue.services.flatMap((service) =>
    Object.entries(service.source.vars).map(([name, one]) => [name, one.description] as const),
  );
  return Object.fromEntries(entries);
}

/** The types of the variables that services document. */
export function variableTypes(catalogue: ServiceCatalogue): VariableTypes {
  const entries = catalogue.services.flatMap((service) =>
    Object.entries(service.source.vars).map(([name, one]) => [name, one.type] as const),
  );
  return new Map(entries);
}

function defaultsOf(source: ServiceSource, node: YamlNode): ReadonlyMap<string, Variable> {
  return new Map(
    Object.entries(source.vars).map(([name, variable]) => {
      const at = yamlAt(node, ['vars', name])?.at;
      return [
        name,
        { value: variable.default, origin: { kind: 'service', name: source.name, ...(at && { at }) } },
      ];
    }),
  );
}

/** A name that a definition says, what it is the name of, and the names that there are. */
type Reference = {
  readonly what: string;
  readonly name: string;
  readonly path: readonly (string | number)[];
  readonly known: readonly string[];
};

function referenceProblems(service: Service, all: ReadonlyMap<string, Service>): Problem[] {
  const { node } = service;
  return referencesOf(service.source, [...all.keys()])
    .filter(({ name, known }) => !known.includes(name))
    .map(({ what, name, path, known }) =>
      problem('E_SERVICE', `service "${service.name}": no ${what} "${name}"`, {
        at: yamlAt(node, path)?.at ?? node.at,
        hint: didYouMean(name, known),
      }),
    );
}

function referencesOf(source: ServiceSource, services: readonly string[]): readonly Reference[] {
  const containers = Object.keys(source.containers);
  const configs = Object.keys(source.configs);
  const secrets = Object.keys(source.secrets);
  const configsIn = (names: readonly string[], path: readonly string[]): Reference[] =>
    names.map((name, index) => ({ what: 'config', name, path: [...path, 'configs', index], known: configs }));
  return [
    ...source.needs.map((name, at) => ({ what: 'service', name, path: ['needs', at], known: services })),
    ...Object.entries(source.containers).flatMap(([key, one]) =>
      configsIn(one.configs ?? [], ['containers', key]),
    ),
    ...Object.entries(source.one_shots).flatMap(([key, { container: name, configs: more }]) => [
      { what: 'container', name, path: ['one_shots', key, 'container'], known: containers },
      ...configsIn(more, ['one_shots', key]),
    ]),
    ...source.checks.flatMap(({ exec }, index) =>
      exec
        ? {
            what: 'container',
            name: exec.container,
            path: ['checks', index, 'exec', 'container'],
            known: containers,
          }
        : [],
    ),
    ...Object.entries(source.databases).map(([key, { password: name }]) => ({
      what: 'secret',
      name,
      path: ['databases', key, 'password'],
      known: secrets,
    })),
    ...Object.entries(source.configs).flatMap(([key, { keys: name }]) =>
      name === undefined ? [] : { what: 'secret', name, path: ['configs', key, 'keys'], known: secrets },
    ),
  ];
}

/** Templates that no root has: a plan would find them at the first rendering only. */
function templateProblems(service: Service, { roots, readText }: ServiceSources): Problem[] {
  return Object.entries(service.source.configs).flatMap(([name, { template }]) => {
    if (template === undefined || template.includes('${{')) return [];
    if (roots.some((root) => readText(join(root, service.name, template)) !== undefined)) return [];
    const at = yamlAt(service.node, ['configs', name, 'template'])?.at ?? service.node.at;
    const place = join(dirname(service.file), template);
    return [problem('E_SERVICE', `service "${service.name}": the template ${place} is not there`, { at })];
  });
}

/** Those that are needed first; by name where needs say nothing. A cycle is a problem. */
function inOrder(services: ReadonlyMap<string, Service>, problems: Problem[]): Service[] {
  const order: Service[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (service: Service, path: readonly string[]) => {
    if (state.get(service.name) === 'done') return;
    state.set(service.name, 'open');
    for (const [index, need] of service.source.needs.entries()) {
      const needed = services.get(need);
      if (!needed) continue;
      const chain = [...path, service.name];
      if (state.get(need) === 'open') {
        const at: SourcePosition | undefined = yamlAt(service.node, ['needs', index])?.at;
        const cycle = [...chain.slice(chain.indexOf(need)), need].join(' → ');
        problems.push(
          problem('E_SERVICE_CYCLE', `service "${need}" needs itself: ${cycle}`, {
            at,
            hint: `remove "${need}" from the needs of "${service.name}"`,
          }),
        );
      } else visit(needed, chain);
    }
    state.set(service.name, 'done');
    order.push(service);
  };
  for (const service of services.values()) visit(service, []);
  return order;
}
