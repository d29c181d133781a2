import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { readAs } from '../lib/schema.ts';
import { readYaml, type YamlNode, yamlAt } from '../lib/yaml.ts';
import { flattenGroups, groupOrder } from './group-tree.ts';
import { type InventoryNames, type NamedHost, readNames } from './inventory-names.ts';
import { type HostSource, inventorySchema } from './inventory-schema.ts';
import type { Group, Host, HostTransport, Inventory, NetworkRole, NetworkSource } from './model.ts';
import { sharedAddresses } from './shared-addresses.ts';
import { layerOfEntries, type VariableLayer } from './variables.ts';

/** An inventory with the variables of its groups (parents first) and hosts. */
export type ReadInventory = { readonly inventory: Inventory; readonly layers: InventoryLayers };

/** `groups`: `all`, then parents before children. */
export type InventoryLayers = {
  readonly groups: readonly { readonly group: string; readonly layer: VariableLayer }[];
  readonly hosts: ReadonlyMap<string, VariableLayer>;
};

/** Reads `inventory.yml`: every problem with its place; nothing is returned when any is an error. */
export function readInventory(text: string, file: string): { read?: ReadInventory; problems: Problem[] } {
  const { node, problems } = readYaml(text, file);
  if (node === undefined) {
    const at = { file, line: 1, column: 1 };
    const hint = 'it needs at least:  hosts: { NAME: }';
    return { problems: [...problems, problem('E_INVENTORY', 'the inventory is empty', { at, hint })] };
  }
  const source = readAs(inventorySchema, node);
  problems.push(...source.problems);
  if (source.value === undefined || problems.length > 0) return { problems };
  const names = readNames(source.value, node);
  const { order, problems: cycles } = groupOrder(names.groups);
  problems.push(...names.problems, ...cycles);
  if (problems.length > 0) return { problems };
  const groups = flattenGroups(names, order, { file, line: 1, column: 1 });
  const setting = { names, groups, order, node };
  const hosts = new Map([...names.hosts].map(([name, host]) => [name, hostOf(name, host, setting)]));
  problems.push(...sharedAddresses(hosts));
  if (problems.length > 0) return { problems };
  return { read: { inventory: { hosts, groups }, layers: layersOf(setting) }, problems };
}

type Setting = {
  readonly names: InventoryNames;
  readonly groups: ReadonlyMap<string, Group>;
  readonly order: readonly string[];
  readonly node: YamlNode;
};

function hostOf(name: string, { source, key, at }: NamedHost, setting: Setting): Host {
  const { names, groups, order, node } = setting;
  const own = order.filter((group) => groups.get(group)?.hosts.includes(name));
  const networks: Partial<Record<NetworkRole, NetworkSource>> = {};
  for (const group of ['all', ...own]) {
    const written = names.groups.get(group)?.source.networks;
    Object.assign(networks, networksOf(written, node, ['groups', group, 'networks']));
  }
  Object.assign(networks, networksOf(source.networks, node, ['hosts', key, 'networks']));
  return { name, at, transport: transportOf(name, source), groups: own, networks };
}

type Path = readonly (string | number)[];

function networksOf(
  source: HostSource['networks'],
  node: YamlNode,
  path: Path,
): Partial<Record<NetworkRole, NetworkSource>> {
  const entries = Object.entries(source ?? {}).map(([role, network]) => [
    role,
    {
      ...(network?.interface !== undefined && { interface: network.interface }),
      ...(network?.address !== undefined && { address: network.address }),
      at: placeOf(node, [...path, role]),
    },
  ]);
  return Object.fromEntries(entries);
}

function layersOf({ names, order, node }: Setting): InventoryLayers {
  const layer = (path: Path): VariableLayer => {
    const vars = yamlAt(node, path);
    return vars?.kind === 'map' ? layerOfEntries(vars.entries) : new Map();
  };
  return {
    groups: ['all', ...order].map((group) => ({ group, layer: layer(['groups', group, 'vars']) })),
    hosts: new Map([...names.hosts].map(([name, { key }]) => [name, layer(['hosts', key, 'vars'])])),
  };
}

function placeOf(node: YamlNode, path: Path): SourcePosition {
  return yamlAt(node, path)?.at ?? node.at;
}

/** `localhost` is this machine unless it says otherwise; any other host is reached by SSH. */
function transportOf(name: string, source: HostSource): HostTransport {
  const socket = source.engine_socket === undefined ? {} : { engineSocket: source.engine_socket };
  const isLocal = source.connection === 'local' || (source.connection === undefined && name === 'localhost');
  if (isLocal) return { kind: 'local', ...socket };
  return {
    kind: 'ssh',
    address: source.address ?? name,
    port: source.port ?? 22,
    user: source.user ?? 'root',
    ...(source.key_file !== undefined && { keyFile: source.key_file }),
    ...(source.known_hosts_file !== undefined && { knownHostsFile: source.known_hosts_file }),
    ...socket,
  };
}
