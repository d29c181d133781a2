import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Tally } from './test.ts';

/** Runs the test files of argv in this process and writes the tally as JSON to the file named first. */
const [tallyFile, ...files] = process.argv.slice(2);
const scope = globalThis as {
  UVU_DEFER?: number;
  UVU_INDEX?: number;
  UVU_QUEUE?: unknown[][];
  slipwayTally?: Tally;
};
scope.UVU_DEFER = 1;
scope.UVU_QUEUE = [];
const { exec } = await import('uvu');
await import('./test.ts');
const tally = scope.slipwayTally as Tally;

for (const [index, file] of files.entries()) {
  scope.UVU_INDEX = index;
  scope.UVU_QUEUE?.push([file]);
  const before = scope.UVU_QUEUE?.[index]?.length ?? 0;
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    tally.failed += 1;
    tally.failures.push({
      suite: file,
      test: 'load',
      error: error instanceof Error ? (error.stack ?? '') : String(error),
    });
    continue;
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  if ((scope.UVU_QUEUE?.[index]?.length ?? 0) === before) {
    tally.failed += 1;
    tally.failures.push({ suite: file, test: 'load', error: 'the file defines no suite' });
  }
}
process.on('exit', () => writeFileSync(tallyFile as string, JSON.stringify(tally)));
await (exec as (bail?: boolean) => Promise<void>)();
