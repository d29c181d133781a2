import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { throwOnErrors, UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { wantedSecrets } from '../services/index.ts';
import { type GeneratedKind, generateSecret, hmacKeyName, withSecrets } from '../site/index.ts';
import { type Command, type CommandContext, jsonOption, siteOption } from './context.ts';
import { siteDirectory } from './image-request.ts';
import { readCatalogue } from './open-site.ts';
import { ensureIdentity, openStore, writeSecrets } from './secret-store.ts';

/** `slipway secrets init`: makes the secrets that services want and that are not there yet; keeps the others. */
export const secretsInitCommand: Command = {
  options: [siteOption, jsonOption],
  examples: [{ command: 'slipway secrets init', does: "makes what is missing in the site's secrets.yml" }],
  run: async (args, context) => {
    const directory = siteDirectory(args, context);
    if (!existsSync(join(directory, 'inventory.yml'))) {
      throw new UserError('E_SITE_NOT_FOUND', `${directory} is no site: it has no inventory.yml`, {
        hint: 'make one: slipway init all-in-one',
      });
    }
    const wanted = wantedKinds(directory, context);
    const file = join(directory, 'secrets.yml');
    const identity = existsSync(file) ? undefined : await ensureIdentity(context);
    const store = identity ? undefined : await openStore(directory, context);
    const content = store?.content ?? { recipients: [identity?.recipient ?? ''], values: new Map() };
    const missing = [...wanted].filter(([name]) => !content.values.has(name));
    if (missing.length > 0 || !store) {
      writeSecrets(
        file,
        await withSecrets(content, new Map(missing.map(([name, kind]) => [name, generateSecret(kind)]))),
      );
    }
    if (identity?.isNew)
      context.note(
        `made an age identity: ${identity.keyFile}; keep a copy of it, nothing opens the secrets without`,
      );
    const names = missing.map(([name]) => name).sort();
    const text =
      names.length === 0
        ? `${file}: all ${wanted.size} secrets are there`
        : `${file}: made ${names.join(', ')}`;
    return { exitCode: 0, data: { file, made: names }, text };
  },
};

/** `slipway secrets show [NAME]`: the names, or one value. */
export const secretsShowCommand: Command = {
  arguments: [{ name: 'NAME', summary: 'prints its value (without: the names)' }],
  options: [siteOption, jsonOption],
  examples: [
    { command: 'slipway secrets show keystone_admin_password', does: "prints the first user's password" },
  ],
  run: async (args, context) => {
    const { secrets } = await openStore(siteDirectory(args, context), context);
    const [name] = args.positionals;
    if (name === undefined) return { exitCode: 0, data: secrets.names(), text: secrets.names().join('\n') };
    requireKnown(name, secrets.names());
    return { exitCode: 0, data: { [name]: secrets.get(name) }, text: secrets.get(name) };
  },
};

/** `slipway secrets set NAME`: the value comes by stdin and never by argument. */
export const secretsSetCommand: Command = {
  arguments: [{ name: 'NAME', summary: 'the secret', required: true }],
  options: [siteOption],
  examples: [
    {
      command: 'slipway secrets set keystone_admin_password < password.txt',
      does: 'takes the value from a file',
    },
  ],
  run: async (args, context) => {
    const directory = siteDirectory(args, context);
    const store = await openStore(directory, context);
    const [name = ''] = args.positionals;
    requireKnown(name, [...store.secrets.names(), ...wantedKinds(directory, context).keys()]);
    const value = (await context.readStdin()).replace(/\r?\n$/, '');
    if (value === '')
      throw new UserError('E_USAGE', 'no value came on stdin', {
        hint: `printf %s VALUE | slipway secrets set ${name}`,
      });
    writeSecrets(store.file, await withSecrets(store.content, new Map([[name, value]])));
    return { exitCode: 0, text: `${store.file}: set ${name}` };
  },
};

/** `slipway secrets rotate NAME…`: makes new values of the same kinds. */
export const secretsRotateCommand: Command = {
  arguments: [{ name: 'NAME', summary: 'the secrets', required: true, many: true }],
  options: [siteOption],
  examples: [
    {
      command: 'slipway secrets rotate haproxy_stats_password',
      does: 'makes a new one; deploy puts it in force',
    },
  ],
  run: async (args, context) => {
    const directory = siteDirectory(args, context);
    const store = await openStore(directory, context);
    const kinds = wantedKinds(directory, context);
    const values = args.positionals.map((name) => {
      const kind = kinds.get(name);
      if (kind === undefined) requireKnown(name, [...kinds.keys()]);
      return [name, generateSecret(kind ?? 'password')] as const;
    });
    writeSecrets(store.file, await withSecrets(store.content, new Map(values)));
    return {
      exitCode: 0,
      text: `${store.file}: made new ${args.positionals.join(', ')}; slipway plan deploy shows what that changes`,
    };
  },
};

function wantedKinds(directory: string, context: CommandContext): ReadonlyMap<string, GeneratedKind> {
  const { catalogue, problems } = readCatalogue(directory, context.toolRoot);
  throwOnErrors(problems);
  const wanted = wantedSecrets(catalogue).map((one) => [one.name, one.kind] as const);
  return new Map<string, GeneratedKind>([[hmacKeyName, 'hmac-key'], ...wanted]);
}

function requireKnown(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new UserError('E_SECRET_UNKNOWN', `there is no secret "${name}"`, {
    hint: didYouMean(name, new Set(known)),
  });
}
