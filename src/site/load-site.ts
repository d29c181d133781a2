import { join } from 'node:path';
import { type Problem, problem, problemOf, UserError } from '../lib/errors.ts';
import { emptyImagesLock, imagesLockFile, readImagesLock } from '../lib/images-lock.ts';
import { didYouMean } from '../lib/suggest.ts';
import { type HostInterface, resolveAddresses } from './addresses.ts';
import { type ReadGlobals, readGlobals } from './globals.ts';
import { identitiesIn, identityFile } from './identity.ts';
import { type ReadInventory, readInventory } from './inventory.ts';
import type { OverrideFile, Secrets, Site } from './model.ts';
import { openSecrets, readSecretsFile } from './secrets-file.ts';
import { resolveVariables, type VariableSources } from './variables.ts';

/** What reading a site needs of the outside, and what services declare. */
export type SiteReading = {
  readonly directory: string;
  /** The text of a file, or undefined where there is none. */
  readonly readText: (file: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly services: readonly string[];
  readonly serviceVariables: readonly string[];
  /** `--set NAME=VALUE`. */
  readonly set?: ReadonlyMap<string, unknown>;
  /** Facts of the hosts that answered: without them only static addresses are known. */
  readonly interfaces?: ReadonlyMap<string, readonly HostInterface[]>;
  /** Leave secrets closed: `get` then throws E_SECRETS_IDENTITY. */
  readonly withoutSecrets?: boolean;
};

/** Reads a site: every problem of every file. `site` is undefined where any of them is an error. */
export async function loadSite(reading: SiteReading): Promise<{ site?: Site; problems: Problem[] }> {
  const { directory } = reading;
  const inventoryText = reading.readText(join(directory, 'inventory.yml'));
  const globalsText = reading.readText(join(directory, 'globals.yml'));
  if (inventoryText === undefined || globalsText === undefined) {
    const missing = inventoryText === undefined ? 'inventory.yml' : 'globals.yml';
    return { problems: [problemOf(siteNotFound(directory, missing))] };
  }
  const inventory = readInventory(inventoryText, join(directory, 'inventory.yml'));
  const globals = readGlobals(globalsText, join(directory, 'globals.yml'), {
    services: reading.services,
    variables: reading.serviceVariables,
  });
  const lockFile = join(directory, imagesLockFile);
  const lockText = reading.readText(lockFile);
  const lock =
    lockText === undefined ? { lock: emptyImagesLock, problems: [] } : readImagesLock(lockText, lockFile);
  const problems = [...inventory.problems, ...globals.problems, ...lock.problems];
  if (inventory.read) problems.push(...unknownVariables(inventory.read, reading));
  const secrets = await readSecrets(reading, problems);
  if (!inventory.read || !globals.read || !lock.lock || !secrets || problems.length > 0) return { problems };
  const resolved = resolveAddresses(inventory.read.inventory, reading.interfaces ?? new Map());
  problems.push(...resolved.problems);
  const parts = { ...inventory.read, ...globals.read };
  const site = assemble(reading, parts, { secrets, lock: lock.lock, addresses: resolved.addresses });
  return problems.length > 0 ? { problems } : { site, problems };
}

/** The error for a directory that lacks a file which every site has. */
export function siteNotFound(directory: string, missing: string): UserError {
  return new UserError('E_SITE_NOT_FOUND', `${directory} is no site: it has no ${missing}`, {
    hint: "go to a site's directory, name it with --site DIR, or make one: slipway init all-in-one",
  });
}

function assemble(
  reading: SiteReading,
  parts: ReadInventory & ReadGlobals,
  rest: Pick<Site, 'secrets' | 'lock' | 'addresses'>,
): Site {
  const sources: VariableSources = {
    globals: parts.layer,
    inventory: parts.layers,
    set: reading.set ?? new Map(),
  };
  return {
    name: parts.globals.site,
    directory: reading.directory,
    inventory: parts.inventory,
    globals: parts.globals,
    ...rest,
    variables: (host, defaults) =>
      resolveVariables(sources, host === undefined ? undefined : parts.inventory.hosts.get(host), defaults),
    overrides: (service, file, host) => overridesOf(reading, [service, file, host]),
  };
}

/** `config/global/<file>`, `config/<service>/<file>`, `config/<service>/<host>/<file>`: what is there, lowest first. */
function overridesOf(
  reading: SiteReading,
  [service, file, host]: readonly [string, string, string],
): readonly OverrideFile[] {
  const config = join(reading.directory, 'config');
  const paths = [
    join(config, 'global', file),
    join(config, service, file),
    join(config, service, host, file),
  ];
  return paths.flatMap((path) => {
    const text = reading.readText(path);
    return text === undefined ? [] : [{ file: path, text }];
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
          hint: `${didYouMean(name, known)}; a variable of your own begins with x_`,
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
