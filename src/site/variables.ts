import type { SourcePosition } from '../lib/position.ts';
import { type YamlEntry, yamlData } from '../lib/yaml.ts';
import type { InventoryLayers } from './inventory.ts';
import type { Host, Variable, VariableOrigin, VariableSet } from './model.ts';

/** Variables of one place: name → value and where it stands; `text` is a scalar as it was written. */
export type VariableLayer = ReadonlyMap<
  string,
  { readonly value: unknown; readonly text?: string; readonly at?: SourcePosition }
>;

/** The layer of a YAML map. */
export function layerOfEntries(entries: readonly YamlEntry[]): VariableLayer {
  return new Map(
    entries.map(({ key, value: node, keyAt }) => {
      const at = node.kind === 'scalar' && node.value !== null ? node.at : keyAt;
      const text = node.kind === 'scalar' ? { text: node.text } : {};
      return [key, { value: yamlData(node), at, ...text }];
    }),
  );
}

export type VariableSources = {
  readonly globals: VariableLayer;
  readonly inventory: InventoryLayers;
  /** `--set NAME=VALUE`. */
  readonly set: VariableLayer;
};

/**
 * Puts the layers on each other: service defaults, globals, `all`, parent groups, child groups, host, `--set`. Each
 * name keeps the history of its values, the winner last. Without a host, groups and hosts do not count.
 */
export function resolveVariables(
  sources: VariableSources,
  host: Host | undefined,
  defaults: ReadonlyMap<string, Variable> = new Map(),
): VariableSet {
  const result = new Map<string, [Variable, ...Variable[]]>();
  const add = (name: string, variable: Variable) => {
    const history = result.get(name);
    if (history) history.push(variable);
    else result.set(name, [variable]);
  };
  for (const [name, variable] of defaults) add(name, variable);
  const addLayer = (layer: VariableLayer, kind: VariableOrigin['kind'], origin: string) => {
    for (const [name, { value, at }] of layer)
      add(name, { value, origin: { kind, name: origin, ...(at && { at }) } });
  };
  addLayer(sources.globals, 'globals', 'globals.yml');
  if (host) {
    for (const { group, layer } of sources.inventory.groups) {
      if (group === 'all' || host.groups.includes(group)) addLayer(layer, 'group', group);
    }
    addLayer(sources.inventory.hosts.get(host.name) ?? new Map(), 'host', host.name);
  }
  for (const [name, { value }] of sources.set) add(name, { value, origin: { kind: 'set', name: '--set' } });
  return result;
}

/** The winning values, as plain data. */
export function variableValues(variables: VariableSet): Record<string, unknown> {
  return Object.fromEntries([...variables].map(([name, history]) => [name, history.at(-1)?.value]));
}
