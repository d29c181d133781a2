import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFiles } from '../../../src/commands/hash-files.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('hashFiles');
let directory = '';

test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'slipway-hash-'));
  for (const name of ['a', 'a/b', 'node_modules']) mkdirSync(join(directory, name));
  for (const name of ['x.lock', 'a/x.lock', 'a/b/y.lock', 'node_modules/x.lock']) {
    writeFileSync(join(directory, name), name);
  }
});
test.after(() => rmSync(directory, { recursive: true, force: true }));

test('the hash is of the files that the patterns choose', () => {
  const all = hashFiles(directory, ['**/*.lock']);
  assert.match(all, /^[0-9a-f]{64}$/);
  assert.is(hashFiles(directory, ['**/x.lock', '**/y.lock']), all);
  assert.is.not(hashFiles(directory, ['**/*.lock', '!a/**']), all);
  assert.is(hashFiles(directory, ['**/*.none']), '');
});

test('what tools install is not looked into unless it is named', () => {
  writeFileSync(join(directory, 'node_modules/x.lock'), 'other');
  const before = hashFiles(directory, ['**/*.lock']);
  writeFileSync(join(directory, 'node_modules/x.lock'), 'and other');
  assert.is(hashFiles(directory, ['**/*.lock']), before);
  assert.ok(hashFiles(directory, ['node_modules/*.lock']));
});
