import { UserError } from '../../lib/errors.ts';
import { nearest } from '../../lib/suggest.ts';
import { readKeySet, withSecrets } from '../../site/index.ts';
import { type Command, siteOption } from '../context.ts';
import { contentOf, openStore, type SecretStore, saveStore } from './store.ts';

/** `slipway secrets set NAME`: takes the value from standard input, never from the command line. Needs no key. */
export const secretsSetCommand: Command = {
  arguments: [{ name: 'NAME', summary: 'small letters, digits and "_"', required: true }],
  options: [siteOption],
  examples: [
    {
      command: 'slipway secrets set keystone_admin_password < password.txt',
      does: 'encrypts what stands in a file; one line break at its end is dropped',
    },
  ],
  run: async (args, context) => {
    const [name = ''] = args.positionals;
    const store = openStore(args, context);
    const content = contentOf(store);
    checkName(name);
    if (context.isTerminal) context.note(`the value of ${name}, then Ctrl-D:`);
    const value = (await context.readStdin()).replace(/\r?\n$/, '');
    checkValue(store, name, value);
    const isNew = !content.values.has(name);
    saveStore(store, await withSecrets(content, new Map([[name, value]])));
    if (isNew) warnOfMisspelling(store, name, context.note);
    return { exitCode: 0, text: `${store.file}: ${isNew ? 'added' : 'changed'} ${name}` };
  },
};

function checkName(name: string): void {
  if (/^[a-z][a-z0-9_]*$/.test(name)) return;
  throw new UserError('E_USAGE', `"${name}" can't be the name of a secret`, {
    hint: 'small letters, digits and "_", a letter first',
  });
}

function checkValue(store: SecretStore, name: string, value: string): void {
  if (value === '') {
    throw new UserError('E_USAGE', `the value of ${name} is empty`, {
      hint: `give it on standard input: slipway secrets set ${name} < FILE`,
    });
  }
  const kind = store.wanted.find((one) => one.name === name)?.kind;
  if (kind === 'key-set' && !readKeySet(value)) {
    throw new UserError('E_USAGE', `${name} is a set of keys, and the value is none`, {
      hint: 'it is JSON: {"0": "…", "1": "…"}, each a Fernet key (32 bytes in base64 for URLs)',
    });
  }
}

function warnOfMisspelling(store: SecretStore, name: string, note: (line: string) => void): void {
  const wanted = store.wanted.map((one) => one.name);
  if (wanted.includes(name)) return;
  const near = nearest(name, wanted);
  note(`no service wants a secret ${name}${near === undefined ? '' : `; did you mean ${near}?`}`);
}
