import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import type { InventoryNames, NamedGroup } from './inventory-names.ts';
import type { Group } from './model.ts';

/** Parents before children, beside that as written; `all` is none of them. A cycle is a problem at its first group. */
export function groupOrder(groups: ReadonlyMap<string, NamedGroup>): {
  order: string[];
  problems: Problem[];
} {
  const order: string[] = [];
  const problems: Problem[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string, path: readonly string[]) => {
    const group = groups.get(name);
    if (!group || state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      const chain = [...path.slice(path.indexOf(name)), name].join(' → ');
      const hint = 'remove one of these children';
      problems.push(
        problem('E_INVENTORY', `group "${name}" is its own child: ${chain}`, { at: group.at, hint }),
      );
      return;
    }
    state.set(name, 'open');
    for (const child of [...group.children].reverse()) visit(child, [...path, name]);
    state.set(name, 'done');
    order.unshift(name);
  };
  for (const name of [...groups.keys()].reverse()) visit(name, []);
  return { order: order.filter((name) => name !== 'all'), problems };
}

/**
 * Groups with all their hosts, those of children too, in the order of the inventory: `all` first, `ungrouped` last.
 * `order` is that of `groupOrder`; `top` stands for the groups that nobody wrote.
 */
export function flattenGroups(
  names: InventoryNames,
  order: readonly string[],
  top: SourcePosition,
): ReadonlyMap<string, Group> {
  const all = [...names.hosts.keys()];
  const members = new Map<string, Set<string>>();
  for (const name of [...order].reverse()) {
    const group = names.groups.get(name);
    const below = (group?.children ?? []).flatMap((child) => [...(members.get(child) ?? [])]);
    members.set(name, new Set([...(group?.hosts ?? []), ...below]));
  }
  const flat = order.map((name): Group => {
    const group = names.groups.get(name);
    const hosts = all.filter((host) => members.get(name)?.has(host));
    return { name, hosts, children: group?.children ?? [], at: group?.at ?? top };
  });
  const grouped = new Set([...members.values()].flatMap((set) => [...set]));
  const made = (name: string, hosts: readonly string[]): Group => ({ name, hosts, children: [], at: top });
  const ungrouped = all.filter((host) => !grouped.has(host));
  const groups = [made('all', all), ...flat, made('ungrouped', ungrouped)];
  return new Map(groups.map((group) => [group.name, group]));
}
