import { UserError } from '../lib/errors.ts';
import { nameMatcher } from '../lib/glob.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { Inventory } from './model.ts';
import { expandRange } from './ranges.ts';

/**
 * The hosts that a pattern names, in inventory order. As Ansible's: names, groups and globs (`web*`), `a:b` or `a,b`
 * for both, `a:!b` without, `a:&b` in both, `~regex`, `group[0]`, `group[0:2]` (ends included), `all` and `*`; `c[1:3]` as
 * in the inventory, where these hosts are there.
 * Throws E_PATTERN_UNKNOWN for a name that is neither a host nor a group, E_PATTERN_SYNTAX for what can't be read.
 */
export function selectHosts(inventory: Inventory, pattern: string): readonly string[] {
  const parts = splitPattern(pattern);
  if (parts.length === 0)
    throw new UserError('E_PATTERN_SYNTAX', 'the host pattern is empty', { hint: 'use "all"' });
  const plain = parts.filter((part) => !/^[!&]/.test(part));
  const chosen = new Set(
    plain.length === 0 ? inventory.hosts.keys() : plain.flatMap((part) => [...membersOf(inventory, part)]),
  );
  for (const part of parts.filter((one) => one.startsWith('&'))) {
    const both = new Set(membersOf(inventory, part.slice(1)));
    for (const host of chosen) if (!both.has(host)) chosen.delete(host);
  }
  for (const part of parts.filter((one) => one.startsWith('!'))) {
    for (const host of membersOf(inventory, part.slice(1))) chosen.delete(host);
  }
  return [...inventory.hosts.keys()].filter((host) => chosen.has(host));
}

/** Splits at `,` and `:` outside of brackets; a regular expression goes on to the next `,`. */
function splitPattern(pattern: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (const character of pattern) {
    const isRegex = /^[!&]?~/.test(part);
    if (!isRegex && character === '[') depth += 1;
    if (!isRegex && character === ']') depth -= 1;
    if (depth === 0 && (character === ',' || (character === ':' && !isRegex))) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part].map((one) => one.trim()).filter((one) => one !== '');
}

function membersOf(inventory: Inventory, part: string): readonly string[] {
  if (part.startsWith('~')) return matching(inventory, regex(part));
  const index = /^(.+)\[(-?\d+)(?::(-?\d+)?)?\]$/.exec(part);
  const range = index ? expandRange(part).names : [];
  if (range.length > 0 && range.every((name) => inventory.hosts.has(name))) return range;
  if (index) return slice(membersOf(inventory, index[1] as string), part, index);
  const group = inventory.groups.get(part === '*' ? 'all' : part);
  if (group) return group.hosts;
  if (inventory.hosts.has(part)) return [part];
  if (/[*?[\]]/.test(part)) return matching(inventory, nameMatcher(part));
  throw new UserError('E_PATTERN_UNKNOWN', `"${part}" is neither a host nor a group of the inventory`, {
    hint: didYouMean(part, [...inventory.groups.keys(), ...inventory.hosts.keys()]),
  });
}

/** Hosts and groups by name, but for `all` and `ungrouped`: `a*` must not mean every host. */
function matching(inventory: Inventory, isMatch: (name: string) => boolean): readonly string[] {
  const hosts = [...inventory.hosts.keys()].filter((name) => isMatch(name));
  const named = [...inventory.groups.values()].filter(({ name }) => name !== 'all' && name !== 'ungrouped');
  const groups = named.filter((group) => isMatch(group.name));
  return [...hosts, ...groups.flatMap((group) => group.hosts)];
}

function regex(part: string): (name: string) => boolean {
  try {
    const expression = new RegExp(`^(?:${part.slice(1)})`);
    return (name) => expression.test(name);
  } catch (cause) {
    throw new UserError('E_PATTERN_SYNTAX', `"${part.slice(1)}" is no regular expression`, { cause });
  }
}

function slice(hosts: readonly string[], part: string, match: RegExpExecArray): readonly string[] {
  const at = (text: string) => (Number(text) < 0 ? hosts.length + Number(text) : Number(text));
  const first = at(match[2] as string);
  const isRange = part.slice(part.lastIndexOf('[')).includes(':');
  const last = isRange ? (match[3] === undefined ? hosts.length - 1 : at(match[3])) : first;
  return hosts.slice(Math.max(0, first), last + 1);
}
