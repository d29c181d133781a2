/** Expands `c[1:3]` to c1, c2, c3 and `c[01:12]` with its zeros, as Ansible's inventories do; `r[a:c]` by letters. */
export function expandRange(name: string): readonly string[] {
  const match = /^(.*?)\[(\w+):(\w+)\](.*)$/.exec(name);
  if (!match) return [name];
  const [, head = '', first = '', last = '', tail = ''] = match;
  const members = /^\d+$/.test(first) && /^\d+$/.test(last) ? numbers(first, last) : letters(first, last);
  return members.flatMap((member) => expandRange(`${head}${member}${tail}`));
}

function numbers(first: string, last: string): string[] {
  const width = first.startsWith('0') ? first.length : 0;
  const count = Math.min(Math.max(0, Number(last) - Number(first) + 1), 10_000);
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(width, '0'));
}

function letters(first: string, last: string): string[] {
  if (first.length !== 1 || last.length !== 1) return [];
  const count = Math.max(0, last.charCodeAt(0) - first.charCodeAt(0) + 1);
  return Array.from({ length: count }, (_, i) => String.fromCharCode(first.charCodeAt(0) + i));
}
