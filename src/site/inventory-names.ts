import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import { type YamlNode, yamlAt, yamlEntry } from '../lib/yaml.ts';
import type { GroupSource, HostSource, InventorySource } from './inventory-schema.ts';
import { expandRange } from './ranges.ts';

/** A host as it was written; `key` is the name or range that it came from. */
export type NamedHost = { readonly source: HostSource; readonly key: string; readonly at: SourcePosition };

/** A group as it was written, the ranges among its hosts expanded. */
export type NamedGroup = {
  readonly source: GroupSource;
  readonly at: SourcePosition;
  readonly hosts: readonly string[];
  readonly children: readonly string[];
};

export type InventoryNames = {
  readonly hosts: ReadonlyMap<string, NamedHost>;
  readonly groups: ReadonlyMap<string, NamedGroup>;
  readonly problems: Problem[];
};

const nameForm = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const nameHint = 'letters, digits, ".", "_" and "-", and none of the latter two at the front';

/** Expands ranges and checks every name: forms, doubles, and that groups name what is there. */
export function readNames(source: InventorySource, node: YamlNode): InventoryNames {
  const problems: Problem[] = [];
  const place = { node, problems };
  const hosts = readHosts(source, place);
  const groups = readGroups(source, place);
  for (const [name, group] of groups) checkMembers(name, group, { hosts, groups, ...place });
  for (const [name, { at }] of groups) {
    if (hosts.has(name))
      add(place, `"${name}" is both a host and a group`, at, 'patterns could not tell which: rename one');
  }
  return { hosts, groups, problems };
}

type Place = { readonly node: YamlNode; readonly problems: Problem[] };

function readHosts(source: InventorySource, place: Place): Map<string, NamedHost> {
  const hosts = new Map<string, NamedHost>();
  for (const [key, value] of Object.entries(source.hosts)) {
    const at = keyPlace(place.node, ['hosts'], key);
    const { names, wrong } = expandRange(key);
    if (wrong !== undefined) add(place, `"${key}" ${wrong}`, at, 'for example c[1:3]');
    for (const name of names) {
      if (!nameForm.test(name)) add(place, `"${name}" can't be the name of a host`, at, nameHint);
      else if (name === 'all' || name === 'ungrouped')
        add(place, `"${name}" can't be the name of a host`, at, 'it is the name of a group');
      else if (hosts.has(name))
        add(place, `host "${name}" is there twice`, at, 'ranges overlap, or the name is repeated');
      else hosts.set(name, { source: value ?? {}, key, at });
    }
  }
  if (Object.keys(source.hosts).length === 0) {
    const at = yamlAt(place.node, ['hosts'])?.at ?? place.node.at;
    add(place, 'the inventory has no hosts', at, 'name at least one:  hosts: { NAME: }');
  }
  return hosts;
}

function readGroups(source: InventorySource, place: Place): Map<string, NamedGroup> {
  const groups = new Map<string, NamedGroup>();
  for (const [name, value] of Object.entries(source.groups ?? {})) {
    const at = keyPlace(place.node, ['groups'], name);
    if (!nameForm.test(name)) add(place, `"${name}" can't be the name of a group`, at, nameHint);
    if (name === 'ungrouped')
      add(place, 'the group "ungrouped" makes itself', at, 'it has the hosts that no other group has');
    if (name === 'all' && (value?.hosts || value?.children))
      add(place, 'the group "all" makes itself', at, 'it has every host; give it only vars and networks');
    const hosts = (value?.hosts ?? []).flatMap((host) => expandRange(host).names);
    groups.set(name, { source: value ?? {}, at, hosts, children: value?.children ?? [] });
  }
  return groups;
}

type Names = Place & Pick<InventoryNames, 'hosts' | 'groups'>;

function checkMembers(name: string, group: NamedGroup, names: Names): void {
  for (const [index, host] of (group.source.hosts ?? []).entries()) {
    const at = yamlAt(names.node, ['groups', name, 'hosts', index])?.at ?? group.at;
    const { names: expanded, wrong } = expandRange(host);
    if (wrong !== undefined) add(names, `"${host}" ${wrong}`, at, 'for example c[1:3]');
    for (const one of expanded.filter((each) => !names.hosts.has(each))) {
      const isGroup = names.groups.has(one);
      const hint = isGroup
        ? `"${one}" is a group: put it into children`
        : didYouMean(one, names.hosts.keys());
      add(names, `group "${name}" names host "${one}", which is not in hosts`, at, hint);
    }
  }
  for (const [index, child] of group.children.entries()) {
    if (names.groups.has(child)) continue;
    const at = yamlAt(names.node, ['groups', name, 'children', index])?.at ?? group.at;
    const isHost = names.hosts.has(child);
    const hint = isHost ? `"${child}" is a host: put it into hosts` : didYouMean(child, names.groups.keys());
    add(names, `group "${name}" names group "${child}", which is not there`, at, hint);
  }
}

function keyPlace(node: YamlNode, path: (string | number)[], key: string): SourcePosition {
  const holder = yamlAt(node, path);
  return (holder && yamlEntry(holder, key)?.keyAt) ?? node.at;
}

function add(place: Place, message: string, at: SourcePosition, hint: string): void {
  place.problems.push(problem('E_INVENTORY', message, { at, hint }));
}
