import type { Inventory } from '../../site/index.ts';

/**
 * Groups as a tree: those that are nobody's child below `all`, then their children, then the hosts that no child of the
 * group has. A group with several parents is drawn below each of them.
 */
export function renderGroups(inventory: Inventory): string {
  const children = new Set([...inventory.groups.values()].flatMap((group) => group.children));
  const tops = [...inventory.groups.values()].filter(
    (group) => group.name !== 'all' && !children.has(group.name) && isShown(group),
  );
  return ['all', ...tops.flatMap((group) => lines(inventory, group.name, '  '))].join('\n');
}

function isShown(group: { readonly name: string; readonly hosts: readonly string[] }): boolean {
  return group.name !== 'ungrouped' || group.hosts.length > 0;
}

function lines(inventory: Inventory, name: string, indent: string): string[] {
  const group = inventory.groups.get(name);
  if (!group) return [];
  const below = group.children.flatMap((child) => inventory.groups.get(child)?.hosts ?? []);
  const own = group.hosts.filter((host) => !below.includes(host));
  return [
    `${indent}${name}:`,
    ...group.children.flatMap((child) => lines(inventory, child, `${indent}  `)),
    ...own.map((host) => `${indent}  ${host}`),
  ];
}
