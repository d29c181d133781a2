import { join } from 'node:path';
import { throwOnErrors, UserError } from '../lib/errors.ts';
import type { Secrets } from '../site/index.ts';
import {
  identitiesIn,
  identityFile,
  newIdentity,
  openSecrets,
  readSecretsFile,
  recipientOf,
  renderSecretsFile,
  type SecretsFile,
} from '../site/index.ts';
import type { CommandContext } from './context.ts';
import { readText } from './open-site.ts';
import { writeFileWhole } from './write-file.ts';

/** A site's `secrets.yml` with the identity that opens it. */
export type SecretStore = {
  readonly file: string;
  readonly keyFile: string;
  readonly content: SecretsFile;
  readonly secrets: Secrets;
};

/** Opens a site's secrets. Throws E_SECRETS_FILE where there are none yet, E_SECRETS_IDENTITY. */
export async function openStore(directory: string, context: CommandContext): Promise<SecretStore> {
  const file = join(directory, 'secrets.yml');
  const text = readText(file);
  if (text === undefined) {
    throw new UserError('E_SECRETS_FILE', `there is no ${file}`, { hint: 'run: slipway secrets init' });
  }
  const { read, problems } = readSecretsFile(text, file);
  throwOnErrors(problems);
  if (!read) throw new UserError('E_SECRETS_FILE', `${file} can't be read`);
  const keyFile = identityFile(context.env);
  const keys = readText(keyFile);
  if (keys === undefined) {
    throw new UserError('E_SECRETS_IDENTITY', `there is no age identity at ${keyFile}`, {
      hint: `${file} needs the identity that it was made with: name its file in SLIPWAY_AGE_KEY_FILE`,
    });
  }
  const secrets = await openSecrets(read, identitiesIn(keys, keyFile), file);
  return { file, keyFile, content: read, secrets };
}

/** The identity of the user: the one that is there, else a new one (0600). */
export async function ensureIdentity(
  context: CommandContext,
): Promise<{ readonly keyFile: string; readonly recipient: string; readonly isNew: boolean }> {
  const keyFile = identityFile(context.env);
  const text = readText(keyFile);
  const known = text === undefined ? undefined : identitiesIn(text, keyFile)[0];
  const identity = known ?? (await newIdentity());
  const recipient = await recipientOf(identity);
  if (known === undefined) {
    writeFileWhole(
      keyFile,
      `# The age identity of slipway's secrets. Keep it, and a copy of it.\n# public key: ${recipient}\n${identity}\n`,
      0o600,
    );
  }
  return { keyFile, recipient, isNew: known === undefined };
}

/** Writes `secrets.yml` (0600). */
export function writeSecrets(file: string, content: SecretsFile): void {
  writeFileWhole(file, renderSecretsFile(content), 0o600);
}
