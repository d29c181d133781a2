import { join } from 'node:path';
import { type Problem, problem, problemOf, UserError } from '../lib/errors.ts';
import { emptyImagesLock, imagesLockFile, readImagesLock } from '../lib/images-lock.ts';
import { type HostInterface, resolveAddresses } from './addresses.ts';
import { readGlobals } from './globals.ts';
import { identitiesIn, identityFile } from './identity.ts';
import { type ReadInventory, readInventory } from './inventory.ts';
import { unknownNameHint } from './kolla-names.ts';
import type { Secrets, Site } from './model.ts';
import { overridesOf, uselessOverrides } from './override-files.ts';
import { openSecrets, readSecretsFile } from './secrets-file.ts';
import { readSetValues } from './set-values.ts';
import { type VariableTypes, withTypes } from './variable-types.ts';
import { layerOfEntries, resolveVariables, type VariableLayer, type VariableSources } from './variables.ts';

/** What reading a site needs of the outside, and what services declare. */
export type SiteReading = {
  readonly directory: string;
  /** The text of a file, or undefined where there is none. */
  readonly readText: (file: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly services: readonly string[];
  /** The variables that services document, and the types of those that have one. */
  readonly serviceVariables: readonly string[];
  readonly variableTypes?: VariableTypes;
  /** What is below `config/`, and the files that services have: with both, overrides of nothing are problems. */
  readonly listFiles?: (directory: string) => readonly string[];
  readonly serviceConfigs?: ReadonlyMap<string, readonly string[]>;
  /** `--set NAME=VALUE`. */
  readonly set?: ReadonlyMap<string, unknown>;
  /** Facts of the hosts that answered: without them only static addresses are known. */
  readonly interfaces?: ReadonlyMap<string, readonly HostInterface[]>;
  /** Leave secrets closed: `get` then throws E_SECRETS_IDENTITY. */
  readonly withoutSecrets?: boolean;
};

/** Reads a site: every problem of every file. `site` is undefined where any of them is an error. */
export async function loadSite(reading: SiteReading): Promise<{ site?: Site; problems: Problem[] }> {
  const inventoryText = reading.readText(join(reading.directory, 'inventory.yml'));
  const globalsText = reading.readText(join(reading.directory, 'globals.yml'));
  if (inventoryText === undefined || globalsText === undefined) {
    const missing = inventoryText === undefined ? 'inventory.yml' : 'globals.yml';
    return { problems: [problemOf(siteNotFound(reading.directory, missing))] };
  }
  const { parts, problems } = readParts(reading, { inventoryText, globalsText });
  const secrets = await readSecrets(reading, problems);
  if (!parts || !secrets || problems.length > 0) return { problems: byFile(problems) };
  const { addresses, problems: unresolved } = resolveAddresses(
    parts.inventory,
    reading.interfaces ?? new Map(),
  );
  if (unresolved.length > 0) return { problems: unresolved };
  return { site: assemble(reading, { ...parts, secrets, addresses }), problems };
}

/** File by file, in the order of their first problem, and from the top of each. */
function byFile(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map((one) => one.at?.file))];
  const rank = (one: Problem) => files.indexOf(one.at?.file);
  return [...problems].sort((a, b) => rank(a) - rank(b) || (a.at?.line ?? 0) - (b.at?.line ?? 0));
}

type SiteParts = Pick<Site, 'inventory' | 'globals' | 'secrets' | 'lock' | 'addresses'> & {
  readonly sources: VariableSources;
};

type ReadParts = {
  readonly parts?: Omit<SiteParts, 'secrets' | 'addresses'>;
  readonly problems: Problem[];
};

/** Everything but secrets; `parts` is undefined where a file can't be read. */
function readParts(
  reading: SiteReading,
  { inventoryText, globalsText }: { inventoryText: string; globalsText: string },
): ReadParts {
  const { directory } = reading;
  const types = reading.variableTypes ?? new Map();
  const set = readSetValues(reading.set ?? new Map(), types);
  const inventory = readInventory(inventoryText, join(directory, 'inventory.yml'));
  const globals = readGlobals(globalsText, join(directory, 'globals.yml'), {
    services: reading.services,
    variables: reading.serviceVariables,
    set: set.values,
  });
  const lock = readLock(reading);
  const { sources, problems: wrongTypes } = layersWithTypes(types, {
    globals: globals.layer,
    inventory: inventory.read?.layers ?? { groups: [], hosts: new Map() },
    set: layerOfEntries([...set.values].map(([key, value]) => ({ key, keyAt: value.at, value }))),
  });
  const problems = [inventory, globals, set, lock].flatMap((part) => part.problems).concat(wrongTypes);
  if (!inventory.read) return { problems };
  problems.push(...unknownVariables(inventory.read, reading));
  problems.push(...wrongOverrides(reading, [...inventory.read.inventory.hosts.keys()]));
  if (!globals.read || !lock.lock) return { problems };
  const parts = {
    inventory: inventory.read.inventory,
    globals: globals.read.globals,
    lock: lock.lock,
    sources,
  };
  return { parts, problems };
}

/** The error for a directory that lacks a file which every site has. */
export function siteNotFound(directory: string, missing: string): UserError {
  return new UserError('E_SITE_NOT_FOUND', `${directory} is no site: it has no ${missing}`, {
    hint: "go to a site's directory, name it with --site DIR, or make one: slipway init all-in-one",
  });
}

function readLock(reading: SiteReading): ReturnType<typeof readImagesLock> {
  const file = join(reading.directory, imagesLockFile);
  const text = reading.readText(file);
  return text === undefined ? { lock: emptyImagesLock, problems: [] } : readImagesLock(text, file);
}

function assemble(reading: SiteReading, { sources, ...parts }: SiteParts): Site {
  const hostNamed = (name: string | undefined) =>
    name === undefined ? undefined : parts.inventory.hosts.get(name);
  return {
    name: parts.globals.site,
    directory: reading.directory,
    ...parts,
    variables: (host, defaults) => resolveVariables(sources, hostNamed(host), defaults),
    overrides: (service, file, host) => overridesOf(reading, [service, file, host]),
  };
}

/** Every layer with its values as their types want them. */
function layersWithTypes(
  types: VariableTypes,
  sources: VariableSources,
): { readonly sources: VariableSources; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const typed = (layer: VariableLayer): VariableLayer => {
    const read = withTypes(layer, types);
    problems.push(...read.problems);
    return read.layer;
  };
  const { groups, hosts } = sources.inventory;
  const inventory = {
    groups: groups.map(({ group, layer }) => ({ group, layer: typed(layer) })),
    hosts: new Map([...hosts].map(([name, layer]) => [name, typed(layer)])),
  };
  const globals = typed(sources.globals);
  return { sources: { globals, inventory, set: typed(sources.set) }, problems };
}

function wrongOverrides(reading: SiteReading, hosts: readonly string[]): Problem[] {
  const { directory, listFiles, serviceConfigs } = reading;
  if (!listFiles || !serviceConfigs) return [];
  return uselessOverrides(directory, listFiles(join(directory, 'config')), {
    configs: serviceConfigs,
    hosts,
  });
}

function unknownVariables(read: ReadInventory, reading: SiteReading): Problem[] {
  const known = new Set([...reading.serviceVariables]);
  const layers = [...read.layers.groups.map((one) => one.layer), ...read.layers.hosts.values()];
  return layers.flatMap((layer) =>
    [...layer]
      .filter(([name]) => !known.has(name) && !name.startsWith('x_'))
      .map(([name, { at }]) =>
        problem('E_SCHEMA_UNKNOWN_KEY', `unknown variable "${name}": no service documents it`, {
          at,
          hint: unknownNameHint(name, [...known]),
        }),
      ),
  );
}

async function readSecrets(reading: SiteReading, problems: Problem[]): Promise<Secrets | undefined> {
  const file = join(reading.directory, 'secrets.yml');
  const text = reading.readText(file);
  if (text === undefined || reading.withoutSecrets) return closedSecrets(file, text === undefined);
  const { read, problems: found } = readSecretsFile(text, file);
  problems.push(...found);
  if (!read) return undefined;
  const keyFile = identityFile(reading.env);
  const keyText = reading.readText(keyFile);
  try {
    if (keyText === undefined) {
      throw new UserError('E_SECRETS_IDENTITY', `there is no age identity at ${keyFile}`, {
        hint: 'name the file that holds it in SLIPWAY_AGE_KEY_FILE',
      });
    }
    return await openSecrets(read, identitiesIn(keyText, keyFile), file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(problem(error.code, error.message, { at: { file, line: 1, column: 1 }, hint: error.hint }));
    return undefined;
  }
}

function closedSecrets(file: string, isMissing: boolean): Secrets {
  const refuse = (): never => {
    throw isMissing
      ? new UserError('E_SECRETS_FILE', `there is no ${file}`, { hint: 'run: slipway secrets init' })
      : new UserError('E_SECRETS_IDENTITY', `the secrets of ${file} were not opened for this command`);
  };
  return { names: () => [], get: refuse, hmacKey: refuse };
}
