import {
  type Host,
  type HostTransport,
  networkRoles,
  type Site,
  type VariableSet,
  variableValues,
} from '../../site/index.ts';
import type { CommandResult } from '../context.ts';

/** What is known of a host: how it is reached, groups, addresses, and every variable with the kind of its origin. */
export function renderHost(site: Site, host: Host, variables: VariableSet): CommandResult {
  const addresses = site.addresses.get(host.name) ?? {};
  const rows = [...variables].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const text = [
    host.name,
    `  reached     ${describeTransport(host.transport)}`,
    `  groups      ${host.groups.join(', ') || '(none)'}`,
    ...networkRoles.flatMap((role) => {
      const found = addresses[role];
      const wanted = host.networks[role];
      if (!found) return wanted ? [`  ${role.padEnd(10)}  not known (interface ${wanted.interface})`] : [];
      const { address, interface: name, prefixLength } = found;
      const length = prefixLength === undefined ? '' : `/${prefixLength}`;
      return [`  ${role.padEnd(10)}  ${address}${length}${name === undefined ? '' : ` on ${name}`}`];
    }),
    'variables',
    ...rows.map(([name, history]) => {
      const { value, origin } = history.at(-1) ?? history[0];
      const isDefault = origin.kind === 'service' || (origin.kind === 'globals' && !origin.at);
      const from = isDefault ? '' : `  (${origin.kind})`;
      return `  ${name.padEnd(width)}  ${JSON.stringify(value)}${from}`;
    }),
  ];
  const { name, groups, transport } = host;
  const data = { name, groups, transport, addresses, variables: variableValues(variables) };
  return { exitCode: 0, data, text: text.join('\n') };
}

function describeTransport(transport: HostTransport): string {
  const socket = transport.engineSocket === undefined ? '' : `, engine at ${transport.engineSocket}`;
  if (transport.kind === 'local') return `as this machine${socket}`;
  return `ssh ${transport.user}@${transport.address}:${transport.port}${socket}`;
}
