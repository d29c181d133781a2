import { UserError } from '../lib/errors.ts';
import { renderPosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import { type Host, selectHosts, type Variable, type VariableSet } from '../site/index.ts';
import { type Command, type CommandResult, jsonOption, siteOption } from './context.ts';
import { renderGroups } from './inventory/graph.ts';
import { renderHost } from './inventory/host.ts';
import { readKeyValues } from './key-values.ts';
import { type OpenedSite, openSite } from './open-site.ts';

/** `slipway inventory list`: the hosts that a pattern names, one a line. */
export const inventoryListCommand: Command = {
  arguments: [{ name: 'PATTERN', summary: 'a host pattern (default: all)' }],
  options: [siteOption, jsonOption],
  examples: [
    { command: 'slipway inventory list', does: 'every host' },
    { command: "slipway inventory list 'control:!c1'", does: 'the hosts of a group, without one' },
  ],
  run: async (args, context) => {
    const { site } = await openSite(args, context, { secrets: 'closed', facts: false });
    const [pattern = 'all'] = args.positionals;
    const names = selectHosts(site.inventory, pattern);
    if (names.length === 0) context.note(`"${pattern}" matches no host`);
    const data = names.map((name) => {
      const { groups, transport } = site.inventory.hosts.get(name) as Host;
      return { name, groups, transport };
    });
    return { exitCode: 0, data, text: names.join('\n') };
  },
};

/** `slipway inventory graph`: groups with their children and hosts, as a tree. */
export const inventoryGraphCommand: Command = {
  options: [siteOption, jsonOption],
  examples: [{ command: 'slipway inventory graph', does: 'groups, their children and hosts' }],
  run: async (args, context) => {
    const { site } = await openSite(args, context, { secrets: 'closed', facts: false });
    const groups = [...site.inventory.groups.values()];
    const data = groups.map(({ name, children, hosts }) => ({ name, children, hosts }));
    return { exitCode: 0, data, text: renderGroups(site.inventory) };
  },
};

/** `slipway inventory show HOST`: what is known of a host, or where the value of a variable comes from. */
export const inventoryShowCommand: Command = {
  arguments: [{ name: 'HOST', summary: 'a host of the inventory', required: true }],
  options: [
    siteOption,
    {
      name: 'explain',
      value: 'VAR',
      summary: 'every place that gives this variable a value, the winner last',
    },
    { name: 'set', value: 'NAME=VALUE', many: true, summary: 'as for run: above all other values' },
    jsonOption,
  ],
  examples: [
    { command: 'slipway inventory show localhost', does: 'its groups, addresses and variables' },
    {
      command: 'slipway inventory show localhost --explain keystone_port',
      does: 'where the value comes from',
    },
  ],
  run: async (args, context) => {
    const [name = ''] = args.positionals;
    const explained = args.text('explain');
    const set = readKeyValues('set', args.all('set'));
    const opened = await openSite(args, context, {
      secrets: 'closed',
      facts: explained === undefined,
      set,
    });
    const host = hostNamed(opened, name);
    const variables = opened.site.variables(name, documentedDefaults(opened));
    if (explained !== undefined) return explain(variables, explained, name);
    const why = opened.unreachable.get(name);
    if (why) context.note(`${name} does not answer, so its interfaces are not known: ${why.message}`);
    return renderHost(opened.site, host, variables);
  },
};

function hostNamed({ site }: OpenedSite, name: string): Host {
  const host = site.inventory.hosts.get(name);
  if (host) return host;
  throw new UserError('E_HOST_UNKNOWN', `the inventory has no host "${name}"`, {
    hint: didYouMean(name, site.inventory.hosts.keys()),
  });
}

function documentedDefaults({ catalogue }: OpenedSite): ReadonlyMap<string, Variable> {
  return new Map(catalogue.services.flatMap((service) => [...service.defaults]));
}

function explain(variables: VariableSet, name: string, host: string): CommandResult {
  const history = variables.get(name);
  if (!history) {
    throw new UserError('E_USAGE', `no variable "${name}" is documented by a service or set for ${host}`, {
      hint: didYouMean(name, [...variables.keys()].sort()),
    });
  }
  const rows = history.map(({ value, origin }, index) => ({
    value,
    from: describeOrigin(origin),
    place: origin.at && renderPosition(origin.at),
    wins: index === history.length - 1,
  }));
  const width = Math.max(...rows.map((row) => row.from.length));
  const lines = rows.map((row) => {
    const place = row.place === undefined ? '' : `  (${row.place})`;
    return `${row.wins ? '→' : ' '} ${row.from.padEnd(width)}  ${JSON.stringify(row.value)}${place}`;
  });
  return {
    exitCode: 0,
    data: { host, name, history: rows },
    text: [`${name} on ${host}:`, ...lines].join('\n'),
  };
}

function describeOrigin(origin: Variable['origin']): string {
  switch (origin.kind) {
    case 'service':
      return `default of ${origin.name}`;
    case 'globals':
      return origin.at ? 'globals.yml' : 'default of globals.yml';
    case 'group':
      return `group ${origin.name}`;
    case 'host':
      return `host ${origin.name}`;
    case 'set':
      return '--set';
    default:
      return origin satisfies never;
  }
}
