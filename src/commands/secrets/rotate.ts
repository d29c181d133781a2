import { UserError } from '../../lib/errors.ts';
import {
  hmacKeyName,
  identitiesIn,
  newIdentity,
  recipientOf,
  rotateSecret,
  withSecrets,
} from '../../site/index.ts';
import { type Command, type CommandContext, type CommandResult, siteOption } from '../context.ts';
import { writeFileWhole } from '../write-file.ts';
import {
  contentOf,
  keyFile,
  openContent,
  openStore,
  random,
  type SecretStore,
  saveStore,
  unknownSecret,
} from './store.ts';

/** `slipway secrets rotate`: makes one secret anew, or the key that opens them all. */
export const secretsRotateCommand: Command = {
  arguments: [
    { name: 'NAME', summary: 'the secret to make anew; a set of keys moves on by one', many: true },
  ],
  options: [
    siteOption,
    { name: 'identity', summary: 'make a new age identity and encrypt every value for it' },
  ],
  examples: [
    {
      command: 'slipway secrets rotate keystone_fernet_keys',
      does: 'stages a new key; the staged one becomes the primary',
    },
    { command: 'slipway secrets rotate --identity', does: 'encrypts all secrets for a new key' },
  ],
  run: async (args, context) => {
    const store = openStore(args, context);
    const names = args.positionals;
    if (args.flag('identity') === names.length > 0) {
      throw new UserError('E_USAGE', 'name the secrets to rotate, or give --identity', {
        hint: 'slipway secrets show lists the names',
      });
    }
    return names.length > 0 ? rotateValues(store, names, context) : rotateIdentity(store, context);
  },
};

async function rotateValues(
  store: SecretStore,
  names: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  const content = contentOf(store);
  const kinds = names.map((name) => {
    const wanted = store.wanted.find((one) => one.name === name);
    if (!content.values.has(name)) throw unknownSecret(store, name);
    if (wanted) return { name, kind: wanted.kind };
    throw new UserError('E_SECRET_UNKNOWN', `no service says what kind of secret "${name}" is`, {
      hint: `give it a value: slipway secrets set ${name}`,
    });
  });
  const current = await openContent(store, context, names);
  const made = kinds.map(({ name, kind }) => [name, rotateSecret(kind, current.get(name), random)] as const);
  saveStore(store, await withSecrets(content, new Map(made)));
  if (names.includes(hmacKeyName))
    context.note('every container whose configuration holds a secret will be taken for changed');
  return {
    exitCode: 0,
    text: `${store.file}: made ${names.join(', ')} anew; slipway run deploy brings it out`,
  };
}

/**
 * The key file gets the new identity before secrets.yml needs it and keeps the old ones, so that a kill in between and
 * other sites with the same key are safe.
 */
async function rotateIdentity(store: SecretStore, context: CommandContext): Promise<CommandResult> {
  const content = contentOf(store);
  const secrets = await openContent(store, context);
  const { file, text = '' } = keyFile(context);
  const old = await Promise.all(identitiesIn(text, file).map(recipientOf));
  const identity = await newIdentity();
  const recipient = await recipientOf(identity);
  writeFileWhole(file, `# public key: ${recipient}\n${identity}\n${text}`, { mode: 0o600 });
  const others = content.recipients.filter((one) => !old.includes(one));
  const values = new Map(secrets.names().map((name) => [name, secrets.get(name)]));
  const next = { recipients: [recipient, ...others], values: new Map<string, string>() };
  saveStore(store, await withSecrets(next, values));
  context.note(`${file} keeps the old identity too: remove it once no other site and no backup needs it`);
  return { exitCode: 0, text: `${store.file}: ${values.size} secrets encrypted for ${recipient}` };
}
