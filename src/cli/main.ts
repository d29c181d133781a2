#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The entry of the command. It answers the version by itself, so that nothing else is loaded for it; `dist/` and
 * `src/cli/` both find the package's root as the nearest directory above with a `package.json`.
 */
const toolRoot = packageRoot(import.meta.dirname);
const { version } = JSON.parse(readFileSync(join(toolRoot, 'package.json'), 'utf8')) as { version: string };

if (process.argv.length === 3 && ['--version', '-V', '-v'].includes(process.argv[2] ?? '')) {
  process.stdout.write(`${version}\n`);
} else {
  const { runInProcess } = await import('./process.ts');
  await runInProcess({ toolRoot, version });
}

function packageRoot(from: string): string {
  for (let here = from; ; here = dirname(here)) {
    try {
      readFileSync(join(here, 'package.json'));
      return here;
    } catch (error) {
      if (dirname(here) === here) throw error;
    }
  }
}
