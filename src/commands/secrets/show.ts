import { type Command, type CommandContext, jsonOption, siteOption } from '../context.ts';
import { contentOf, openContent, openStore, type SecretStore, unknownSecret } from './store.ts';

/** `slipway secrets show`: the value of one secret, alone on stdout; without a name, what is there and who wants it. */
export const secretsShowCommand: Command = {
  arguments: [{ name: 'NAME', summary: 'the secret to print (default: list the names, no values)' }],
  options: [siteOption, jsonOption],
  examples: [
    { command: 'slipway secrets show', does: 'lists the names of the secrets' },
    { command: 'slipway secrets show keystone_admin_password', does: 'prints one value' },
  ],
  run: async (args, context) => {
    const store = openStore(args, context);
    const [name] = args.positionals;
    if (name !== undefined) return showOne(store, context, name);
    const rows = rowsOf(store);
    const there = rows.filter((row) => row.state !== 'missing').map((row) => row.name);
    noteOdd(rows, context);
    return { exitCode: 0, data: { file: store.file, secrets: rows }, text: there.join('\n') };
  },
};

async function showOne(store: SecretStore, context: CommandContext, name: string) {
  if (!contentOf(store).values.has(name)) throw unknownSecret(store, name);
  const value = (await openContent(store, context, [name])).get(name);
  return { exitCode: 0, data: { name, value }, text: value };
}

/** `unwanted`: no service declares it. */
type Row = {
  readonly name: string;
  readonly service?: string;
  readonly kind?: string;
  readonly state: 'set' | 'missing' | 'unwanted';
};

function rowsOf(store: SecretStore): Row[] {
  const there = contentOf(store).values;
  const wanted = new Map(store.wanted.map((one) => [one.name, one]));
  return [...new Set([...there.keys(), ...wanted.keys()])].sort().map((name): Row => {
    const declared = wanted.get(name);
    if (!declared) return { name, state: 'unwanted' };
    const { service, kind } = declared;
    return { name, service, kind, state: there.has(name) ? 'set' : 'missing' };
  });
}

function noteOdd(rows: readonly Row[], context: CommandContext): void {
  const names = (state: Row['state']) => rows.filter((row) => row.state === state).map((row) => row.name);
  const [missing, unwanted] = [names('missing'), names('unwanted')];
  if (missing.length > 0) context.note(`missing: ${missing.join(', ')}; slipway secrets init makes them`);
  if (unwanted.length > 0) context.note(`no service wants ${unwanted.join(', ')}`);
}
