import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { Tally } from './helpers/test.ts';

/**
 * `run.ts unit|cases|cli|live|PATH…`: runs test files and ends with `N passed, N failed, N skipped`. Unit and case files
 * share a few processes; command-line and live files get one each, one after the other, and name their seconds.
 * `live` leaves `live/full/` out, which is a PATH of its own.
 * With --tally FILE the counts are also written as JSON, for `tools/test` to add up.
 */
const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const tallyAt = args.indexOf('--tally');
const tallyOut = tallyAt === -1 ? undefined : args.splice(tallyAt, 2)[1];
const total: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
const scratch = mkdtempSync(join(tmpdir(), 'slipway-tests-'));
let processes = 0;

try {
  for (const what of args.length > 0 ? args : ['unit']) await runSelection(what);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (tallyOut !== undefined) {
  const { writeFileSync } = await import('node:fs');
  writeFileSync(tallyOut, JSON.stringify(total));
}
for (const failure of total.failures) {
  process.stdout.write(
    `\nFAILED ${failure.suite}: ${failure.test}\n  ${failure.error.split('\n').join('\n  ')}\n`,
  );
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function runSelection(what: string): Promise<void> {
  const known = ['unit', 'cases', 'cli', 'live'].includes(what);
  const files = testFiles(known ? join(root, 'tests', what) : resolve(what));
  if (files.length === 0) {
    total.failed += 1;
    total.failures.push({ suite: what, test: 'find', error: 'no test file found' });
  }
  if (!files.some((file) => /tests\/(cli|live)\//.test(file))) {
    const groups =
      files.length < 8 ? [files] : [files.filter((_, i) => i % 2 === 0), files.filter((_, i) => i % 2 === 1)];
    await Promise.all(groups.map((group) => runFiles(group)));
    return;
  }
  for (const file of files) {
    const started = Date.now();
    await runFiles([file]);
    process.stdout.write(`  ${relative(root, file)}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  }
}

function testFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return [path];
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') && !name.startsWith('full/'))
      .sort()
      .map((name) => join(path, name));
  } catch {
    return [];
  }
}

function runFiles(files: string[]): Promise<void> {
  const tallyFile = join(scratch, `${processes++}.json`);
  const argv = ['--import', 'tsx', join(root, 'tests/helpers/process.ts'), tallyFile, ...files];
  return new Promise((done) => {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk));
    child.on('close', (code, signal) => {
      process.stdout.write(output.replace(/\n {2}Total:[\s\S]*$/, '\n'));
      add(tallyFile, files, code ?? signal ?? 'unknown');
      done();
    });
  });
}

function add(tallyFile: string, files: string[], ended: number | string): void {
  let tally: Tally;
  try {
    tally = JSON.parse(readFileSync(tallyFile, 'utf8'));
  } catch {
    tally = {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [{ suite: files.join(' '), test: 'process', error: `ended by ${ended} without a tally` }],
    };
  }
  if (ended !== 0 && tally.failed === 0) {
    tally.failed += 1;
    tally.failures.push({ suite: files.join(' '), test: 'process', error: `ended with ${ended}` });
  }
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
  total.failures.push(...tally.failures);
}
