import { randomBytes } from 'node:crypto';
import { generateSecret, readKeySet, rotateSecret } from '../../../src/site/index.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('site/generate-secret');

test('each kind has its form', () => {
  assert.match(generateSecret('password', randomBytes), /^[A-Za-z0-9]{40}$/);
  assert.match(generateSecret('cookie', randomBytes), /^[A-Z]{20}$/);
  assert.match(generateSecret('hmac-key', randomBytes), /^[0-9a-f]{64}$/);
  assert.match(
    generateSecret('uuid', randomBytes),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const keys = readKeySet(generateSecret('key-set', randomBytes));
  assert.equal([...(keys?.keys() ?? [])], [0, 1]);
  for (const key of keys?.values() ?? []) assert.is(Buffer.from(key, 'base64url').length, 32);
});

test('letters are equally likely: bytes past the last whole alphabet are thrown away', () => {
  let calls = 0;
  const password = generateSecret('password', (count) => {
    calls += 1;
    return calls === 1 ? new Uint8Array(count).fill(248) : new Uint8Array(count).fill(61);
  });
  assert.is(password, '9'.repeat(40));
});

test('a key set is rotated as keystone does it: the staged key becomes the primary, the oldest goes', () => {
  let set = generateSecret('key-set', randomBytes);
  const history: string[] = [];
  for (let round = 0; round < 5; round++) {
    const before = readKeySet(set)!;
    set = rotateSecret('key-set', set, randomBytes);
    const after = readKeySet(set)!;
    const primary = Math.max(...after.keys());
    assert.is(after.get(primary), before.get(0));
    assert.is.not(after.get(0), before.get(0));
    assert.is(after.get(Math.max(...before.keys())), before.get(Math.max(...before.keys())));
    history.push([...after.keys()].join(' '));
  }
  assert.equal(history, ['0 1 2', '0 1 2 3', '0 2 3 4', '0 3 4 5', '0 4 5 6']);
});

test('anything else is made anew, and a broken set too', () => {
  assert.is.not(rotateSecret('password', 'old', randomBytes), 'old');
  assert.equal([...(readKeySet(rotateSecret('key-set', 'broken', randomBytes)) ?? [])].length, 2);
});

test('only sets of Fernet keys are sets', () => {
  for (const text of ['', '[]', '{}', 'null', '{"0":"short"}', '{"a":"b"}', '"x"']) {
    assert.is(readKeySet(text), undefined, text);
  }
});
