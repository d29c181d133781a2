import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { readAs } from '../lib/schema.ts';
import { didYouMean } from '../lib/suggest.ts';
import { readYaml, type YamlNode, yamlAt, yamlEntry } from '../lib/yaml.ts';
import {
  type GroupSource,
  type HostSource,
  type InventorySource,
  inventorySchema,
} from './inventory-schema.ts';
import type { Group, Host, HostTransport, Inventory, NetworkRole, NetworkSource } from './model.ts';
import { expandRange } from './ranges.ts';
import type { VariableLayer } from './variables.ts';

/** An inventory with the variables of its groups (parents first) and hosts. */
export type ReadInventory = { readonly inventory: Inventory; readonly layers: InventoryLayers };

/** `groups`: parents before children. */
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
  return new InventoryReader(source.value, node, problems).read();
}

class InventoryReader {
  private readonly source: InventorySource;
  private readonly node: YamlNode;
  private readonly problems: Problem[];
  private readonly hostSources = new Map<string, { source: HostSource; key: string; at: SourcePosition }>();
  private readonly groupSources = new Map<string, GroupSource>();

  constructor(source: InventorySource, node: YamlNode, problems: Problem[]) {
    this.source = source;
    this.node = node;
    this.problems = problems;
  }

  read(): { read?: ReadInventory; problems: Problem[] } {
    this.readHosts();
    this.readGroups();
    const order = this.groupOrder();
    if (this.problems.length > 0) return { problems: this.problems };
    const groups = this.flatten(order);
    const hosts = new Map([...this.hostSources.keys()].map((name) => [name, this.host(name, groups, order)]));
    return { read: { inventory: { hosts, groups }, layers: this.layers(order) }, problems: this.problems };
  }

  private readHosts(): void {
    for (const [key, value] of Object.entries(this.source.hosts)) {
      const at = this.keyPlace(['hosts'], key);
      for (const name of expandRange(key)) {
        if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
          const hint = 'letters, digits, ".", "_" and "-", and a letter or digit first';
          this.add(`"${name}" can't be the name of a host`, at, hint);
        } else if (this.hostSources.has(name)) {
          this.add(`host "${name}" is there twice`, at, 'ranges overlap, or the name is repeated');
        } else {
          this.hostSources.set(name, { source: value ?? {}, key, at });
        }
      }
    }
  }

  private readGroups(): void {
    const groups = Object.entries(this.source.groups ?? {});
    for (const [name, group] of groups) this.groupSources.set(name, group ?? {});
    for (const [name, group] of groups) {
      for (const [index, host] of (group?.hosts ?? []).entries()) {
        const at = this.place(['groups', name, 'hosts', index]);
        for (const one of expandRange(host)) {
          if (!this.hostSources.has(one)) {
            this.add(
              `group "${name}" names host "${one}", which is not in hosts`,
              at,
              didYouMean(one, this.hostSources.keys()),
            );
          }
        }
      }
      for (const [index, child] of (group?.children ?? []).entries()) {
        if (this.groupSources.has(child)) continue;
        const at = this.place(['groups', name, 'children', index]);
        this.add(
          `group "${name}" names group "${child}", which is not there`,
          at,
          didYouMean(child, this.groupSources.keys()),
        );
      }
    }
  }

  /** Parents before children; a cycle is a problem. */
  private groupOrder(): string[] {
    const order: string[] = [];
    const state = new Map<string, 'open' | 'done'>();
    const visit = (name: string, path: string[]) => {
      if (state.get(name) === 'done') return;
      if (state.get(name) === 'open') {
        const chain = [...path.slice(path.indexOf(name)), name].join(' → ');
        this.add(
          `group "${name}" is its own child: ${chain}`,
          this.keyPlace(['groups'], name),
          'remove one of these children',
        );
        return;
      }
      state.set(name, 'open');
      for (const child of this.groupSources.get(name)?.children ?? []) visit(child, [...path, name]);
      state.set(name, 'done');
      order.unshift(name);
    };
    for (const name of [...this.groupSources.keys()].reverse()) visit(name, []);
    return order;
  }

  private flatten(order: readonly string[]): Map<string, Group> {
    const all = [...this.hostSources.keys()];
    const members = new Map<string, Set<string>>();
    for (const name of [...order].reverse()) {
      const source = this.groupSources.get(name);
      const set = new Set((source?.hosts ?? []).flatMap((host) => expandRange(host)));
      for (const child of source?.children ?? []) for (const host of members.get(child) ?? []) set.add(host);
      members.set(name, set);
    }
    const groups = new Map<string, Group>();
    const top = { file: this.node.at.file, line: 1, column: 1 };
    groups.set('all', { name: 'all', hosts: all, children: [], at: top });
    for (const name of order) {
      if (name === 'all') continue;
      const set = members.get(name) ?? new Set();
      const children = this.groupSources.get(name)?.children ?? [];
      groups.set(name, {
        name,
        hosts: all.filter((host) => set.has(host)),
        children,
        at: this.keyPlace(['groups'], name),
      });
    }
    const grouped = new Set(
      [...members.entries()].filter(([name]) => name !== 'all').flatMap(([, set]) => [...set]),
    );
    if (!groups.has('ungrouped')) {
      groups.set('ungrouped', {
        name: 'ungrouped',
        hosts: all.filter((host) => !grouped.has(host)),
        children: [],
        at: top,
      });
    }
    return groups;
  }

  private host(name: string, groups: ReadonlyMap<string, Group>, order: readonly string[]): Host {
    const { source, key, at } = this.hostSources.get(name) as {
      source: HostSource;
      key: string;
      at: SourcePosition;
    };
    const own = order.filter((group) => group !== 'all' && groups.get(group)?.hosts.includes(name));
    const networks: Partial<Record<NetworkRole, NetworkSource>> = {};
    for (const group of ['all', ...own]) {
      Object.assign(
        networks,
        this.networks(this.groupSources.get(group)?.networks, ['groups', group, 'networks']),
      );
    }
    Object.assign(networks, this.networks(source.networks, ['hosts', key, 'networks']));
    return { name, at, transport: transportOf(name, source), groups: own, networks };
  }

  private networks(
    source: HostSource['networks'],
    path: (string | number)[],
  ): Partial<Record<NetworkRole, NetworkSource>> {
    const entries = Object.entries(source ?? {}).map(([role, network]) => [
      role,
      {
        ...(network?.interface !== undefined && { interface: network.interface }),
        ...(network?.address !== undefined && { address: network.address }),
        at: this.place([...path, role]),
      },
    ]);
    return Object.fromEntries(entries);
  }

  private layers(order: readonly string[]): InventoryLayers {
    const names = ['all', ...order.filter((name) => name !== 'all')];
    return {
      groups: names.map((group) => ({
        group,
        layer: this.layer(this.groupSources.get(group)?.vars, ['groups', group, 'vars']),
      })),
      hosts: new Map(
        [...this.hostSources].map(([name, { source, key }]) => [
          name,
          this.layer(source.vars, ['hosts', key, 'vars']),
        ]),
      ),
    };
  }

  private layer(
    vars: Readonly<Record<string, unknown>> | undefined,
    path: (string | number)[],
  ): VariableLayer {
    return new Map(
      Object.entries(vars ?? {}).map(([name, value]) => [name, { value, at: this.place([...path, name]) }]),
    );
  }

  private place(path: (string | number)[]): SourcePosition {
    return yamlAt(this.node, path)?.at ?? this.node.at;
  }

  private keyPlace(path: (string | number)[], key: string): SourcePosition {
    const holder = yamlAt(this.node, path);
    return (holder && yamlEntry(holder, key)?.keyAt) ?? this.node.at;
  }

  private add(message: string, at: SourcePosition, hint: string): void {
    this.problems.push(problem('E_INVENTORY', message, { at, hint }));
  }
}

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
