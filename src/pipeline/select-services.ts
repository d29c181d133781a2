import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';

/**
 * The services that a pattern names, in the order of their graph: names and globs (`*`, `nova-*`) joined by `,` or `:`,
 * those after `!` taken away. Throws E_PIPELINE_SERVICE for a name that does not exist.
 */
export function selectServices(
  pattern: string,
  services: readonly { readonly name: string }[],
  at?: SourcePosition,
): readonly string[] {
  const names = services.map((service) => service.name);
  const parts = pattern.split(/[\s,:]+/).filter((part) => part !== '');
  const chosen = new Set<string>();
  const positive = parts.filter((part) => !part.startsWith('!'));
  if (parts.length > 0 && positive.length === 0) for (const name of names) chosen.add(name);
  for (const part of positive) for (const name of matching(part, names, at)) chosen.add(name);
  for (const part of parts.filter((one) => one.startsWith('!'))) {
    for (const name of matching(part.slice(1), names, at)) chosen.delete(name);
  }
  return names.filter((name) => chosen.has(name));
}

function matching(part: string, names: readonly string[], at: SourcePosition | undefined): readonly string[] {
  if (part === 'all') return names;
  if (!/[*?]/.test(part)) {
    if (names.includes(part)) return [part];
    throw new UserError('E_PIPELINE_SERVICE', `there is no service "${part}"`, {
      at,
      hint: didYouMean(part, names),
    });
  }
  const source = part
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const glob = new RegExp(`^${source}$`);
  return names.filter((name) => glob.test(name));
}
