import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A fenced block of shell commands of the README, with the line that it begins on. */
export type ReadmeBlock = { readonly line: number; readonly commands: readonly string[] };

/** The `sh` blocks of README.md; comments are taken off. */
export function readmeBlocks(): ReadmeBlock[] {
  const text = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length + 1,
    commands: (match[1] ?? '')
      .split('\n')
      .map((line) => line.replace(/\s+# .*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  }));
}
