import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { assert, suite } from '../../helpers/test.ts';
import { renderKeyTables } from './key-table.ts';

const test = suite('pipeline/key-table');

test('the page of keys says what the table of keys says', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../specs/032-keys.md'), 'utf8');
  assert.ok(page.endsWith(`\n${renderKeyTables()}`), 'specs/032-keys.md differs from src/pipeline/keys');
});
