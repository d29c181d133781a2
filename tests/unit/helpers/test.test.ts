import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('the test wrapper');
const root = resolve(import.meta.dirname, '../../..');
const wrapper = join(root, 'tests/helpers/test.ts');

/** Runs a test file of this text as `npm test` would, and gives its exit code and last line. */
function run(body: string): { exitCode: number | null; last: string } {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-wrapper-'));
  try {
    const file = join(directory, 'x.test.ts');
    writeFileSync(file, `import { suite } from ${JSON.stringify(wrapper)};\n${body}`);
    const argv = ['--import', 'tsx', join(root, 'tests/run.ts'), file];
    const { status, stdout } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
    return { exitCode: status, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('holes of uvu are closed: hooks that throw, files without a suite, files that do not load', () => {
  const cases: [string, string][] = [
    [
      "const t = suite('a'); t.before(() => { throw new Error('x'); }); t('one', () => {});",
      '0 passed, 2 failed, 0 skipped',
    ],
    [
      "const t = suite('a'); t.afterEach(() => { throw new Error('x'); }); t('one', () => {});",
      '1 passed, 1 failed, 0 skipped',
    ],
    [
      "const t = suite('a'); t.after(() => { throw new Error('x'); }); t('one', () => {});",
      '1 passed, 1 failed, 0 skipped',
    ],
    ['void suite;', '0 passed, 1 failed, 0 skipped'],
    ["throw new Error('x');", '0 passed, 1 failed, 0 skipped'],
    ["const t = suite('a'); t('one', () => { process.exit(0); });", '0 passed, 1 failed, 0 skipped'],
  ];
  for (const [body, last] of cases) assert.equal(run(body), { exitCode: 1, last }, body);
});

test('tests that pass exit 0, and a skipped one is counted', () => {
  const body = "const t = suite('a'); t('one', () => {}); t.skip('two', 'no engine');";
  assert.equal(run(body), { exitCode: 0, last: '1 passed, 0 failed, 1 skipped' });
});
