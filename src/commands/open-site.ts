import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { type HostRegistry, interfacesOf, openHosts } from '../hosts/index.ts';
import { ProblemsError, throwOnErrors, UserError } from '../lib/errors.ts';
import { loadServices, type ServiceCatalogue, serviceVariables, variableTypes } from '../services/index.ts';
import { type HostInterface, type Inventory, loadSite, readInventory, type Site } from '../site/index.ts';
import type { CommandArguments, CommandContext } from './context.ts';
import { siteDirectory } from './site-place.ts';

/** A site with the services that it may use and the way to its hosts. */
export type OpenedSite = {
  readonly directory: string;
  readonly site: Site;
  readonly catalogue: ServiceCatalogue;
  readonly hosts: HostRegistry;
  /** Hosts that did not answer when their interfaces were asked for, with why. */
  readonly unreachable: ReadonlyMap<string, UserError>;
};

export type OpenSiteOptions = {
  /** `closed` leaves the secrets unopened: reading one then throws E_SECRETS_IDENTITY. */
  readonly secrets: 'open' | 'closed';
  /** Ask the hosts for their interfaces, without which only static addresses are known. */
  readonly facts: boolean;
  /** `--set NAME=VALUE`. */
  readonly set?: ReadonlyMap<string, unknown>;
};

/** Opens the site that the command line names. Throws all problems of its files and of the services'. */
export async function openSite(
  args: CommandArguments,
  context: CommandContext,
  options: OpenSiteOptions,
): Promise<OpenedSite> {
  const directory = siteDirectory(args, context);
  const { catalogue, problems } = readCatalogue(directory, context.toolRoot);
  throwOnErrors(problems);
  const asked = options.facts ? await askInterfaces(directory, context) : noFacts;
  const loaded = await loadSite({
    directory,
    readText,
    env: context.env,
    services: catalogue.services.map((service) => service.name),
    serviceVariables: Object.keys(serviceVariables(catalogue)),
    variableTypes: variableTypes(catalogue),
    serviceConfigs: new Map(catalogue.services.map((service) => [service.name, templatesOf(service)])),
    listFiles,
    interfaces: asked.interfaces,
    withoutSecrets: options.secrets === 'closed',
    ...(options.set && { set: options.set }),
  });
  if (loaded.site === undefined) throw new ProblemsError(loaded.problems);
  const hosts = openHosts({ hosts: loaded.site.inventory.hosts, env: context.env });
  return { directory, site: loaded.site, catalogue, hosts, unreachable: asked.unreachable };
}

/** The files of a service that overrides are merged into: those that are rendered. */
function templatesOf({ source }: ServiceCatalogue['services'][number]): string[] {
  return Object.keys(source.configs).filter((name) => source.configs[name]?.template !== undefined);
}

/** The services that come along and those of the site's own, which stand before them. */
export function readCatalogue(directory: string, toolRoot: string): ReturnType<typeof loadServices> {
  const roots = [directory, toolRoot].map((root) => join(root, 'pipelines/services'));
  return loadServices({ roots, readText, listDirectories });
}

type Facts = Pick<OpenedSite, 'unreachable'> & {
  readonly interfaces: ReadonlyMap<string, readonly HostInterface[]>;
};

const noFacts: Facts = { interfaces: new Map(), unreachable: new Map() };

async function askInterfaces(directory: string, context: CommandContext): Promise<Facts> {
  const file = join(directory, 'inventory.yml');
  const text = readText(file);
  const inventory = text === undefined ? undefined : readInventory(text, file).read?.inventory;
  if (inventory === undefined) return noFacts;
  const { connect } = openHosts({ hosts: inventory.hosts, env: context.env });
  const unreachable = new Map<string, UserError>();
  const interfaces = new Map<string, readonly HostInterface[]>();
  await Promise.all(
    namesOf(inventory).map(async (host) => {
      try {
        const connection = await connect(host);
        interfaces.set(host, withFamilies(await interfacesOf(connection)));
        await connection.close();
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        unreachable.set(host, error);
      }
    }),
  );
  return { interfaces, unreachable };
}

function namesOf(inventory: Inventory): string[] {
  return [...inventory.hosts.keys()];
}

type Interfaces = Awaited<ReturnType<typeof interfacesOf>>;

function withFamilies(interfaces: Interfaces): HostInterface[] {
  return interfaces.map((one) => ({
    name: one.name,
    addresses: one.addresses.map((a) => ({ ...a, family: a.address.includes(':') ? 6 : 4 })),
  }));
}

/** The text of a file, undefined where there is none. Throws E_FILE_UNREADABLE. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError('E_FILE_UNREADABLE', `${file} can't be read`, { cause: error });
  }
}

/** Paths of all files below a directory; none where there is no such directory. */
function listFiles(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((one) => !one.isDirectory());
    return files.map((one) => relative(directory, join(one.parentPath, one.name))).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UserError('E_FILE_UNREADABLE', `${directory} can't be read`, { cause: error });
  }
}

function listDirectories(directory: string): readonly string[] {
  if (!isAbsolute(directory)) throw new Error(`${directory} is not absolute`);
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((one) => one.isDirectory()).map((one) => one.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UserError('E_FILE_UNREADABLE', `${directory} can't be read`, { cause: error });
  }
}
