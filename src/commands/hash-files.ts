import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathMatcher } from '../lib/glob.ts';

/**
 * GitHub's `hashFiles`: the sha256 (hex) over the sha256 of each file below `directory` that the patterns choose, in
 * the order of their paths; empty where there is none. A pattern with `!` takes away. `.git`, `.slipway` and
 * `node_modules` are not looked into unless a pattern names them.
 */
export function hashFiles(directory: string, patterns: readonly string[]): string {
  const lines = patterns.flatMap((pattern) => pattern.split('\n')).map((one) => one.trim());
  const wanted = lines.filter((one) => one !== '' && !one.startsWith('!'));
  const unwanted = lines.filter((one) => one.startsWith('!')).map((one) => one.slice(1));
  const isWanted = pathMatcher(wanted);
  const isUnwanted = pathMatcher(unwanted);
  const chosen = filesBelow(directory, lines).filter((file) => isWanted(file) && !isUnwanted(file));
  if (chosen.length === 0) return '';
  const whole = createHash('sha256');
  for (const file of chosen.sort()) {
    whole.update(
      createHash('sha256')
        .update(readFileSync(join(directory, file)))
        .digest(),
    );
  }
  return whole.digest('hex');
}

const left = ['.git', '.slipway', 'node_modules'];

function filesBelow(directory: string, patterns: readonly string[]): string[] {
  const skipped = left.filter((name) => !patterns.some((pattern) => pattern.includes(name)));
  const walk = (below: string): string[] =>
    readdirSync(join(directory, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return skipped.includes(entry.name) ? [] : walk(path);
      return entry.isFile() ? [path] : [];
    });
  return walk('');
}
