import { resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { type Command, type CommandArguments, type CommandContext, jsonOption } from './context.ts';
import { chooseNetwork, type SiteNetwork } from './init/network.ts';
import { isSite, type NewFile, planFiles, renderSite, siteNameOf, writeFiles } from './init/site-files.ts';

/** `slipway init all-in-one`: a small, commented site in an empty directory. What is there is never written over. */
export const initAllInOneCommand: Command = {
  arguments: [{ name: 'DIR', summary: 'where (default: the current directory); it is made' }],
  options: [
    { name: 'dir', value: 'DIR', summary: 'the same as the argument' },
    {
      name: 'interface',
      value: 'NAME',
      summary: "where services listen (default: this machine's first one)",
    },
    { name: 'address', value: 'ADDRESS', summary: "where services listen (default: the interface's)" },
    { name: 'vip', value: 'ADDRESS', summary: 'the virtual address: free, in the network of the interface' },
    { name: 'name', value: 'NAME', summary: "the site's name (default: the directory's)" },
    { name: 'container-prefix', value: 'TEXT', summary: 'put before the names of containers and volumes' },
    jsonOption,
  ],
  examples: [
    {
      command: 'slipway init all-in-one cloud --interface eth0 --vip 192.0.2.10',
      does: 'a site for this machine, in the directory cloud',
    },
  ],
  run: async (args, context) => {
    const directory = resolve(context.cwd, args.text('dir') ?? args.positionals[0] ?? '.');
    const name = siteNameOf(directory, args.text('name'));
    if (isSite(directory) && !wishes.some((option) => args.text(option) !== undefined)) {
      return { exitCode: 0, data: { directory, written: [] }, text: describe(directory, [], []) };
    }
    const network = await chooseNetwork(args, context);
    const prefix = prefixOf(args);
    const source = resolve(context.toolRoot, 'contrib/all-in-one');
    const plan = planFiles(directory, renderSite(source, { name, prefix, ...network }));
    if (plan.length > 0) warnings(network).forEach(context.note);
    writeFiles(directory, plan);
    return {
      exitCode: 0,
      data: { directory, name, written: plan.map((file) => file.path) },
      text: describe(directory, plan, nextSteps(args, context, { directory, network })),
    };
  },
};

/** Options that say what a site should hold: what is there is as wished only if it holds just that. */
const wishes = ['interface', 'address', 'vip', 'name', 'container-prefix'] as const;

function prefixOf(args: CommandArguments): string | undefined {
  const text = args.text('container-prefix');
  if (text === undefined || /^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$/.test(text)) return text;
  throw new UserError('E_USAGE', `"${text}" can't begin the name of a container`, {
    hint: 'letters, digits, "-", "_" and "."',
  });
}

function describe(directory: string, written: readonly NewFile[], next: readonly string[]): string {
  if (written.length === 0) return `${directory}: the site is there, nothing was changed`;
  return [
    `${directory}: made a site`,
    ...written.map((file) => `  ${file.path}`),
    'next:',
    ...next.map((line) => `  ${line}`),
  ].join('\n');
}

function nextSteps(
  args: CommandArguments,
  context: CommandContext,
  made: { readonly directory: string; readonly network: SiteNetwork },
): string[] {
  const moved = made.directory !== context.cwd ? [`cd ${made.directory}`] : [];
  const fill = args.text('vip') === undefined ? ['fill in internal_vip_address in globals.yml'] : [];
  return [...moved, ...fill, 'slipway secrets init', 'slipway check', 'slipway build --profile quickstart'];
}

function warnings(network: SiteNetwork): string[] {
  return network.others.length === 0
    ? []
    : [
        `took the interface ${network.interface} (there are ${network.others.join(', ')} too): --interface NAME`,
      ];
}
