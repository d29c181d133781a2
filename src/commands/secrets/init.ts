import { statSync } from 'node:fs';
import { generateSecret, identitiesIn, newIdentity, recipientOf, withSecrets } from '../../site/index.ts';
import { type Command, type CommandContext, jsonOption, siteOption } from '../context.ts';
import { writeFileWhole } from '../write-file.ts';
import { keyFile, openStore, random, type SecretStore, saveStore } from './store.ts';

/** `slipway secrets init`: makes every secret that services declare and that is not there; nothing else is touched. */
export const secretsInitCommand: Command = {
  options: [siteOption, jsonOption],
  examples: [
    {
      command: 'slipway secrets init',
      does: 'makes secrets.yml, and the key that opens it where there is none',
    },
  ],
  run: async (args, context) => {
    const store = openStore(args, context);
    const recipients = store.content?.recipients ?? [await recipientAtHand(context)];
    if (store.content) await warnOfOtherKey(store, context);
    const content = store.content ?? { recipients, values: new Map<string, string>() };
    const added = store.wanted.filter((one) => !content.values.has(one.name));
    if (added.length > 0 || store.text === undefined) {
      const values = added.map((one) => [one.name, generateSecret(one.kind, random)] as const);
      saveStore(store, await withSecrets(content, new Map(values)));
    }
    const data = { file: store.file, added: added.map((one) => one.name), kept: content.values.size };
    return { exitCode: 0, data, text: describe(data) };
  },
};

function describe(done: { file: string; added: readonly string[]; kept: number }): string {
  const { file, added, kept } = done;
  if (added.length === 0) return `${file}: all ${kept} secrets are there, nothing was changed`;
  const keeping = kept === 0 ? '' : `, kept ${kept}`;
  return [`${file}: added ${added.length}${keeping}`, ...added.map((name) => `  ${name}`)].join('\n');
}

/** The recipient of the first identity at hand; one is made where there is no key file. */
async function recipientAtHand(context: CommandContext): Promise<string> {
  const { file, text } = keyFile(context);
  if (text !== undefined) {
    if ((statSync(file).mode & 0o077) !== 0) context.note(`others may read ${file}: chmod 600 ${file}`);
    return recipientOf(identitiesIn(text, file)[0] as string);
  }
  const identity = await newIdentity();
  const recipient = await recipientOf(identity);
  const lines = [
    '# An age identity: it opens the secrets of slipway.',
    `# public key: ${recipient}`,
    identity,
    '',
  ];
  writeFileWhole(file, lines.join('\n'), { mode: 0o600, directoryMode: 0o700 });
  context.note(`made the key ${file}: keep a copy of it, nothing else opens the secrets`);
  return recipient;
}

/** What is added can be written for the file's recipients whoever does it, but should not come as a surprise. */
async function warnOfOtherKey(store: SecretStore, context: CommandContext): Promise<void> {
  const { file, text } = keyFile(context);
  const identities = text === undefined ? [] : identitiesIn(text, file);
  const own = await Promise.all(identities.map(recipientOf));
  if (store.content?.recipients.some((one) => own.includes(one))) return;
  const why =
    text === undefined ? `there is no key at ${file}` : `the key ${file} is not among its recipients`;
  context.note(`${store.file} can't be opened here: ${why}; SLIPWAY_AGE_KEY_FILE names another one`);
}
