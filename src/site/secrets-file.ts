import { z } from 'zod';
import { type Problem, problem, UserError } from '../lib/errors.ts';
import { readAs, strictObject } from '../lib/schema.ts';
import { readYaml, yamlAt } from '../lib/yaml.ts';
import { decryptText, encryptText, recipientOf } from './age.ts';
import { readKeySet } from './generate-secret.ts';
import type { Secrets } from './model.ts';

const schema = strictObject({
  recipients: z.array(z.string().startsWith('age1', 'must be an age recipient (age1…)')).min(1),
  secrets: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string().min(1)),
});

/** `secrets.yml`: names are readable, each value is encrypted alone, so that a change of one changes one line. */
export type SecretsFile = {
  readonly recipients: readonly string[];
  /** Name → encrypted value (base64). */
  readonly values: ReadonlyMap<string, string>;
};

/** The name of the site's own key for HMACs. */
export const hmacKeyName = 'slipway_hmac_key';

export function readSecretsFile(text: string, file: string): { read?: SecretsFile; problems: Problem[] } {
  const { node, problems } = readYaml(text, file);
  if (!node) {
    const at = { file, line: 1, column: 1 };
    return {
      problems: [
        ...problems,
        problem('E_SECRETS_FILE', 'the file is empty', { at, hint: 'run: slipway secrets init' }),
      ],
    };
  }
  const { value, problems: found } = readAs(schema, node);
  problems.push(...found);
  if (!value || problems.length > 0) return { problems };
  for (const name of Object.keys(value.secrets)) {
    if (/^[A-Za-z0-9+/]+=*$/.test(value.secrets[name] as string)) continue;
    const at = yamlAt(node, ['secrets', name])?.at;
    problems.push(
      problem('E_SECRETS_FILE', `the value of "${name}" is not encrypted`, {
        at,
        hint: `run: slipway secrets set ${name}`,
      }),
    );
  }
  if (problems.length > 0) return { problems };
  return { read: { recipients: value.recipients, values: new Map(Object.entries(value.secrets)) }, problems };
}

/** Renders `secrets.yml`: sorted, one value a line. */
export function renderSecretsFile(file: SecretsFile): string {
  const values = [...file.values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `  ${name}: ${value}`);
  return [
    '# Encrypted value by value with age: names are readable, values need the identity of a recipient.',
    '# Change it with: slipway secrets set NAME · slipway secrets rotate NAME',
    'recipients:',
    ...file.recipients.map((one) => `  - ${one}`),
    `secrets:${values.length === 0 ? ' {}' : ''}`,
    ...values,
    '',
  ].join('\n');
}

/** Encrypts values for the file's recipients and puts them in. */
export async function withSecrets(
  file: SecretsFile,
  values: ReadonlyMap<string, string>,
): Promise<SecretsFile> {
  const added = await Promise.all(
    [...values].map(async ([name, value]) => [name, await encryptText(value, file.recipients)] as const),
  );
  return { recipients: file.recipients, values: new Map([...file.values, ...added]) };
}

/** Decrypts all values. Throws E_SECRETS_IDENTITY when the identity is not for them, E_SECRETS_FILE when one was altered. */
export async function openSecrets(
  file: SecretsFile,
  identities: readonly string[],
  path: string,
): Promise<Secrets> {
  const recipients = await Promise.all(identities.map(recipientOf));
  if (!recipients.some((one) => file.recipients.includes(one))) {
    throw new UserError(
      'E_SECRETS_IDENTITY',
      `the age identity at hand can't open ${path}: it is for ${file.recipients.join(', ')}`,
      {
        hint: 'set SLIPWAY_AGE_KEY_FILE to the file with the identity that secrets.yml was made with',
      },
    );
  }
  const values = new Map<string, string>();
  await Promise.all(
    [...file.values].map(async ([name, encrypted]) => {
      const value = await decryptText(encrypted, identities);
      if (value === undefined) {
        const hint = `take the line from a backup, or run: slipway secrets set ${name}`;
        throw new UserError('E_SECRETS_FILE', `the value of "${name}" in ${path} was altered`, { hint });
      }
      values.set(name, value);
    }),
  );
  return secretsOf(values, path);
}

/** Secrets from plain values. */
export function secretsOf(values: ReadonlyMap<string, string>, path: string): Secrets {
  const get = (name: string): string => {
    const value = values.get(name);
    if (value !== undefined) return value;
    throw new UserError('E_SECRET_UNKNOWN', `there is no secret "${name}" in ${path}`, {
      hint: 'run: slipway secrets init   (it makes what is missing and keeps what is there)',
    });
  };
  return { names: () => [...values.keys()].sort(), get, hmacKey: () => get(hmacKeyName) };
}

/** Every text that must not be shown: the values of secrets, and the single keys of key sets. */
export function valuesToMask(secrets: Secrets): readonly string[] {
  return secrets.names().flatMap((name) => {
    const value = secrets.get(name);
    return [value, ...(readKeySet(value)?.values() ?? [])];
  });
}
