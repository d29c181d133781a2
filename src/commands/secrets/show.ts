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
    return { exitCode: 0, data: { file: store.file, secrets: rows }, text: table(rows) };
  },
};

async function showOne(store: SecretStore, context: CommandContext, name: string) {
  if (!contentOf(store).values.has(name)) throw unknownSecret(store, name);
  const value = (await openContent(store, context, [name])).get(name);
  return { exitCode: 0, data: { name, value }, text: value };
}

type Row = { readonly name: string; readonly service: string; readonly kind: string; readonly state: string };

function rowsOf(store: SecretStore): Row[] {
  const there = contentOf(store).values;
  const wanted = new Map(store.wanted.map((one) => [one.name, one]));
  return [...new Set([...there.keys(), ...wanted.keys()])].sort().map((name) => ({
    name,
    service: wanted.get(name)?.service ?? '-',
    kind: wanted.get(name)?.kind ?? '-',
    state: !there.has(name) ? 'missing' : wanted.has(name) ? 'set' : 'set, no service wants it',
  }));
}

function table(rows: readonly Row[]): string {
  const width = (pick: (row: Row) => string) => Math.max(0, ...rows.map((row) => pick(row).length));
  const [name, service, kind] = [
    width((row) => row.name),
    width((row) => row.service),
    width((row) => row.kind),
  ];
  return rows
    .map((row) =>
      [row.name.padEnd(name), row.service.padEnd(service), row.kind.padEnd(kind), row.state].join('  '),
    )
    .join('\n');
}
