import { UserError } from '../lib/errors.ts';
import { renderPosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import {
  groupsContext,
  type Inventory,
  selectHosts,
  type Variable,
  type VariableSet,
} from '../site/index.ts';
import { type Command, jsonOption, siteOption } from './context.ts';
import { type OpenedSite, openSite } from './open-site.ts';

/** `slipway inventory list [PATTERN]`: the hosts that a pattern names, with their addresses. */
export const inventoryListCommand: Command = {
  arguments: [{ name: 'PATTERN', summary: 'a host pattern (default: all)' }],
  options: [siteOption, jsonOption],
  examples: [{ command: "slipway inventory list 'control:!c3'", does: 'the control hosts without c3' }],
  run: async (args, context) => {
    const { site } = await openSite(args, context, { secrets: 'closed', facts: true });
    const data = selectHosts(site.inventory, args.positionals[0] ?? 'all').map((name) => ({
      name,
      groups: site.inventory.hosts.get(name)?.groups ?? [],
      addresses: Object.fromEntries(
        Object.entries(site.addresses.get(name) ?? {}).map(([role, one]) => [role, one?.address]),
      ),
    }));
    const lines = data.map((one) => {
      const addresses = Object.entries(one.addresses)
        .map(([role, address]) => `${role} ${address}`)
        .join(', ');
      return `${one.name}  ${one.groups.join(', ')}  ${addresses}`.trimEnd();
    });
    return { exitCode: 0, data, text: lines.join('\n') || 'the pattern names no host' };
  },
};

/** `slipway inventory graph`: groups with their children and hosts, as a tree. */
export const inventoryGraphCommand: Command = {
  options: [siteOption, jsonOption],
  examples: [{ command: 'slipway inventory graph', does: 'shows groups and hosts as a tree' }],
  run: async (args, context) => {
    const { site } = await openSite(args, context, { secrets: 'closed', facts: false });
    return { exitCode: 0, data: groupsContext(site), text: renderGraph(site.inventory).join('\n') };
  },
};

/** `slipway inventory show HOST [--explain VAR]`: a host's variables, or where one comes from. */
export const inventoryShowCommand: Command = {
  arguments: [{ name: 'HOST', summary: 'a host of the inventory', required: true }],
  options: [
    siteOption,
    { name: 'explain', value: 'VAR', summary: 'where the value of a variable comes from' },
    jsonOption,
  ],
  examples: [
    { command: 'slipway inventory show localhost', does: 'shows every variable of the host' },
    { command: 'slipway inventory show localhost --explain keystone_port', does: 'shows who set it' },
  ],
  run: async (args, context) => {
    const opened = await openSite(args, context, { secrets: 'closed', facts: true });
    const [host = ''] = args.positionals;
    if (!opened.site.inventory.hosts.has(host)) {
      throw new UserError('E_PATTERN_UNKNOWN', `the inventory has no host "${host}"`, {
        hint: didYouMean(host, opened.site.inventory.hosts.keys()),
      });
    }
    const variables = variablesOf(opened, host);
    const explained = args.text('explain');
    if (explained !== undefined) return explain(variables, explained);
    const rows = [...variables].sort(([a], [b]) => (a < b ? -1 : 1));
    const data = Object.fromEntries(rows.map(([name, history]) => [name, history.at(-1)?.value]));
    const text = rows.map(
      ([name, history]) =>
        `${name}: ${JSON.stringify(history.at(-1)?.value)}  (${originOf(history.at(-1) as Variable)})`,
    );
    return { exitCode: 0, data, text: text.join('\n') };
  },
};

function variablesOf({ site, catalogue }: OpenedSite, host: string): VariableSet {
  return site.variables(host, new Map(catalogue.services.flatMap((service) => [...service.defaults])));
}

function explain(variables: VariableSet, name: string) {
  const history = variables.get(name);
  if (!history) {
    throw new UserError('E_USAGE', `there is no variable "${name}"`, {
      hint: didYouMean(name, variables.keys()),
    });
  }
  const data = history.map((one) => ({ value: one.value, ...one.origin }));
  const lines = history.map((one, index) => {
    const mark = index === history.length - 1 ? '=>' : '  ';
    return `${mark} ${JSON.stringify(one.value)}  ${originOf(one)}`;
  });
  return { exitCode: 0, data, text: [`${name}, lowest precedence first:`, ...lines].join('\n') };
}

function originOf({ origin }: Variable): string {
  const words = {
    service: `default of ${origin.name}`,
    globals: 'globals.yml',
    group: `group ${origin.name}`,
    host: `host ${origin.name}`,
    set: '--set',
  };
  const place = origin.at ? ` at ${renderPosition(origin.at)}` : '';
  return `${words[origin.kind]}${place}`;
}

function renderGraph(inventory: Inventory): string[] {
  const lines = ['all'];
  const children = new Set([...inventory.groups.values()].flatMap((group) => group.children));
  const visit = (name: string, depth: number) => {
    const group = inventory.groups.get(name);
    if (!group) return;
    lines.push(`${'  '.repeat(depth)}${name}:`);
    for (const child of group.children) visit(child, depth + 1);
    const below = new Set(group.children.flatMap((child) => inventory.groups.get(child)?.hosts ?? []));
    for (const host of group.hosts) if (!below.has(host)) lines.push(`${'  '.repeat(depth + 1)}${host}`);
  };
  for (const name of inventory.groups.keys()) if (name !== 'all' && !children.has(name)) visit(name, 1);
  return lines;
}
