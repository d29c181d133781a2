/** Hosts that one range may stand for. */
export const rangeLimit = 10_000;

/**
 * Expands `c[1:3]` to c1, c2, c3 and `c[01:12]` with its zeros, as Ansible's inventories do; `r[a:c]` by letters, and
 * several ranges in one name. `wrong` says why a range can't be expanded; then there are no names.
 */
export function expandRange(name: string): { readonly names: readonly string[]; readonly wrong?: string } {
  const match = /^(.*?)\[([^\]]*)\](.*)$/.exec(name);
  if (!match) return { names: [name] };
  const [, head = '', range = '', tail = ''] = match;
  const members = membersOf(range);
  if (typeof members === 'string') return { names: [], wrong: members };
  const rest = expandRange(tail);
  if (rest.wrong !== undefined) return rest;
  if (members.length * rest.names.length > rangeLimit) return { names: [], wrong: tooMany };
  return { names: members.flatMap((member) => rest.names.map((end) => `${head}${member}${end}`)) };
}

const tooMany = `stands for more than ${rangeLimit} hosts`;

function membersOf(range: string): readonly string[] | string {
  const [, first = '', last = ''] = /^(\w+):(\w+)$/.exec(range) ?? [];
  if (/^\d+$/.test(first) && /^\d+$/.test(last)) return numbers(first, last);
  if (/^[a-z]$/.test(first) && /^[a-z]$/.test(last)) return letters(first, last);
  if (/^[A-Z]$/.test(first) && /^[A-Z]$/.test(last)) return letters(first, last);
  return `has the range [${range}], which is neither of numbers ([1:3]) nor of letters ([a:c])`;
}

function numbers(first: string, last: string): readonly string[] | string {
  const count = Number(last) - Number(first) + 1;
  if (count < 1) return backwards(first, last);
  if (count > rangeLimit) return tooMany;
  const width = first.startsWith('0') ? first.length : 0;
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(width, '0'));
}

function letters(first: string, last: string): readonly string[] | string {
  const count = last.charCodeAt(0) - first.charCodeAt(0) + 1;
  if (count < 1) return backwards(first, last);
  return Array.from({ length: count }, (_, i) => String.fromCharCode(first.charCodeAt(0) + i));
}

function backwards(first: string, last: string): string {
  return `has the range [${first}:${last}], which runs backwards`;
}
