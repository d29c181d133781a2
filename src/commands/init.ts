import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { isAddress } from '../site/index.ts';
import { createTemplates } from '../templates/index.ts';
import type { Command, CommandArguments, CommandContext } from './context.ts';
import { readText } from './open-site.ts';
import { writeFileWhole } from './write-file.ts';

const files = ['inventory.yml', 'globals.yml'];
const ignore =
  '# Runs and logs stay on this machine. secrets.yml is encrypted and belongs into the repository.\n.slipway/\n';

/** `slipway init all-in-one [DIR]`: a site for this machine. What is there is never overwritten. */
export const initAllInOneCommand: Command = {
  arguments: [{ name: 'DIR', summary: 'the directory (default: the current one)' }],
  options: [
    { name: 'interface', value: 'NAME', summary: 'the interface that services listen on' },
    { name: 'address', value: 'ADDRESS', summary: "its address (default: the interface's first)" },
    { name: 'vip', value: 'ADDRESS', summary: 'a free address of its network, for Keepalived' },
    { name: 'name', value: 'NAME', summary: "the site's name (default: slipway)" },
    { name: 'container-prefix', value: 'TEXT', summary: 'put before the names of containers and volumes' },
  ],
  examples: [
    {
      command: 'slipway init all-in-one cloud --interface eth1 --vip 192.0.2.10',
      does: 'makes the site in the directory cloud',
    },
  ],
  run: async (args, context) => {
    const directory = resolve(context.cwd, args.positionals[0] ?? '.');
    const there = files.filter((file) => existsSync(join(directory, file)));
    if (there.length === files.length) {
      return { exitCode: 0, text: `${directory} is a site already: nothing was changed` };
    }
    refuseForeign(directory, there);
    const variables = readVariables(args);
    const templates = createTemplates({
      roots: [join(context.toolRoot, 'contrib/all-in-one')],
      readFile: readText,
      whitespace: 'trim',
    });
    mkdirSync(directory, { recursive: true });
    for (const file of files) {
      writeFileWhole(join(directory, file), templates.render(`${file}.njk`, variables), 0o644);
    }
    if (!existsSync(join(directory, '.gitignore')))
      writeFileWhole(join(directory, '.gitignore'), ignore, 0o644);
    return { exitCode: 0, text: nextSteps(directory, context) };
  },
};

function refuseForeign(directory: string, there: readonly string[]): void {
  if (there.length === 0) return;
  const all = readdirSync(directory).join(', ');
  throw new UserError(
    'E_SITE_NOT_EMPTY',
    `${directory} holds ${there.join(' and ')}, but not ${files.filter((file) => !there.includes(file)).join(' and ')}`,
    {
      hint: `nothing is overwritten: take another directory, or move these away (there: ${all})`,
    },
  );
}

function readVariables(args: CommandArguments): Record<string, unknown> {
  const vip = args.text('vip');
  const name = args.text('interface');
  if (vip === undefined || name === undefined) {
    const missing = [...(name === undefined ? ['--interface'] : []), ...(vip === undefined ? ['--vip'] : [])];
    const known = Object.keys(networkInterfaces()).filter((one) => one !== 'lo');
    throw new UserError('E_USAGE', `init all-in-one needs ${missing.join(' and ')}`, {
      hint: `interfaces of this machine: ${known.join(', ') || 'none'}; the virtual address must be free and in the interface's network`,
    });
  }
  for (const option of ['vip', 'address']) {
    const value = args.text(option);
    if (value !== undefined && !isAddress(value))
      throw new UserError('E_USAGE', `--${option} must be an IP address, not "${value}"`);
  }
  return {
    vip,
    interface: name,
    address: args.text('address') ?? '',
    name: args.text('name') ?? 'slipway',
    prefix: args.text('container-prefix') ?? '',
  };
}

function nextSteps(directory: string, context: CommandContext): string {
  const site = directory === context.cwd ? '' : ` --site ${directory}`;
  return [
    `made a site in ${directory}`,
    'next:',
    `  slipway secrets init${site}`,
    `  slipway build --profile quickstart${site}`,
    `  slipway plan deploy${site}`,
    `  slipway run deploy${site}`,
  ].join('\n');
}
