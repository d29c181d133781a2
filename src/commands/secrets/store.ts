import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { throwOnErrors, UserError } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/suggest.ts';
import { wantedSecrets } from '../../services/index.ts';
import {
  editSecretsText,
  type GeneratedKind,
  hmacKeyName,
  identitiesIn,
  identityFile,
  openSecrets,
  type RandomBytes,
  readSecretsFile,
  renderSecretsFile,
  type Secrets,
  type SecretsFile,
  siteNotFound,
} from '../../site/index.ts';
import type { CommandArguments, CommandContext } from '../context.ts';
import { readCatalogue, readText } from '../open-site.ts';
import { siteDirectory } from '../site-place.ts';
import { writeFileWhole } from '../write-file.ts';

/** A secret that should be there, with who wants it. */
export type Wanted = { readonly name: string; readonly kind: GeneratedKind; readonly service: string };

/** `secrets.yml` of a site as it is on the disk, and the secrets that its services want. */
export type SecretStore = {
  readonly directory: string;
  readonly file: string;
  /** Undefined where the file is not there yet. */
  readonly text: string | undefined;
  readonly content: SecretsFile | undefined;
  readonly wanted: readonly Wanted[];
};

export const random: RandomBytes = (count) => randomBytes(count);

/** Reads it. Throws E_SITE_NOT_FOUND, and every problem of the file and of the services. */
export function openStore(args: CommandArguments, context: CommandContext): SecretStore {
  const directory = siteDirectory(args, context);
  const missing = ['inventory.yml', 'globals.yml'].find(
    (name) => readText(join(directory, name)) === undefined,
  );
  if (missing !== undefined) throw siteNotFound(directory, missing);
  const { catalogue, problems } = readCatalogue(directory, context.toolRoot);
  throwOnErrors(problems);
  const file = join(directory, 'secrets.yml');
  const text = readText(file);
  const wanted: Wanted[] = [
    { name: hmacKeyName, kind: 'hmac-key', service: 'slipway' },
    ...wantedSecrets(catalogue),
  ];
  if (text === undefined) return { directory, file, text, content: undefined, wanted };
  const { read, problems: found } = readSecretsFile(text, file);
  throwOnErrors(found);
  return { directory, file, text, content: read, wanted };
}

/** What the file holds. Throws E_SECRETS_FILE where there is none. */
export function contentOf(store: SecretStore): SecretsFile {
  if (store.content) return store.content;
  throw new UserError('E_SECRETS_FILE', `there is no ${store.file}`, { hint: 'run: slipway secrets init' });
}

/** Writes `secrets.yml`, wholly or not at all, for its owner only. Throws E_SECRETS_FILE if another one did meanwhile. */
export function saveStore(store: SecretStore, next: SecretsFile): void {
  if (readText(store.file) !== store.text) {
    throw new UserError('E_SECRETS_FILE', `${store.file} was changed by someone else meanwhile`, {
      hint: 'nothing was written: call the command again',
    });
  }
  const text = store.text === undefined ? renderSecretsFile(next) : editSecretsText(store.text, next);
  writeFileWhole(store.file, text, { mode: 0o600 });
}

/** The key file with its text; `text` is undefined where there is none. */
export function keyFile(context: CommandContext): { file: string; text: string | undefined } {
  const file = identityFile(context.env);
  return { file, text: readText(file) };
}

/** The identities of the key file. Throws E_SECRETS_IDENTITY where there are none. */
export function requireIdentities(context: CommandContext): readonly string[] {
  const { file, text } = keyFile(context);
  if (text !== undefined) return identitiesIn(text, file);
  throw new UserError('E_SECRETS_IDENTITY', `there is no age identity at ${file}`, {
    hint: 'name the file that holds it in SLIPWAY_AGE_KEY_FILE',
  });
}

/** Decrypts only the named values, or all. */
export async function openContent(
  store: SecretStore,
  context: CommandContext,
  names?: readonly string[],
): Promise<Secrets> {
  const content = contentOf(store);
  const values = names
    ? new Map([...content.values].filter(([name]) => names.includes(name)))
    : content.values;
  return openSecrets({ recipients: content.recipients, values }, requireIdentities(context), store.file);
}

/** Throws E_SECRET_UNKNOWN for a name that neither the file nor a service knows. */
export function unknownSecret(store: SecretStore, name: string): UserError {
  const names = new Set([...(store.content?.values.keys() ?? []), ...store.wanted.map((one) => one.name)]);
  const isWanted = store.wanted.some((one) => one.name === name);
  const hint = isWanted ? 'run: slipway secrets init' : didYouMean(name, [...names].sort());
  return new UserError('E_SECRET_UNKNOWN', `there is no secret "${name}" in ${store.file}`, { hint });
}
