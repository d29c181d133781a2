import fc from 'fast-check';
import { expandRange } from '../../../src/site/ranges.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('site/ranges');

test('numbers, with their zeros, and letters', () => {
  assert.equal(expandRange('c[1:3]').names, ['c1', 'c2', 'c3']);
  assert.equal(expandRange('c[08:11].x').names, ['c08.x', 'c09.x', 'c10.x', 'c11.x']);
  assert.equal(expandRange('r[a:c]').names, ['ra', 'rb', 'rc']);
  assert.equal(expandRange('plain').names, ['plain']);
});

test('several ranges in one name, the last the fastest', () => {
  assert.equal(expandRange('r[a:b]-[1:2]').names, ['ra-1', 'ra-2', 'rb-1', 'rb-2']);
});

test('what can’t be expanded says why and gives nothing', () => {
  for (const name of [
    'c[3:1]',
    'c[1]',
    'c[a:3]',
    'c[aa:bb]',
    'c[a:Z]',
    'c[]',
    'c[1:10001]',
    'a[1:101][1:100]',
  ]) {
    const { names, wrong } = expandRange(name);
    assert.equal(names, [], name);
    assert.type(wrong, 'string', name);
  }
});

test('a range has as many names as it counts, and none twice', () => {
  fc.assert(
    fc.property(fc.nat(9999), fc.nat(500), (first, more) => {
      const { names } = expandRange(`h[${first}:${first + more}]`);
      return names.length === more + 1 && new Set(names).size === names.length;
    }),
    { numRuns: 50 },
  );
});
