import { allowedFailures, batchesOf } from '../../../src/runner/batches.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('batches');
const hosts = ['a', 'b', 'c', 'd', 'e'];
const sizes = (serial: unknown) => batchesOf(hosts, serial).map((batch) => batch.length);

test('serial is a number, a percentage, or a list whose last one repeats', () => {
  assert.equal(sizes(undefined), [5]);
  assert.equal(sizes(2), [2, 2, 1]);
  assert.equal(sizes('40%'), [2, 2, 1]);
  assert.equal(sizes('1%'), [1, 1, 1, 1, 1]);
  assert.equal(sizes([1, '60%']), [1, 3, 1]);
  assert.equal(sizes('10'), [5]);
});

test('what is neither is an error', async () => {
  await throwsCode(() => sizes('many'), 'E_STAGE_SERIAL');
  await throwsCode(() => sizes(0), 'E_STAGE_SERIAL');
  await throwsCode(() => allowedFailures('some', 5), 'E_STAGE_MAX_FAILURES');
});

test('max-failures is a number or a percentage, rounded down', () => {
  assert.is(allowedFailures('10%', 9), 0);
  assert.is(allowedFailures('10%', 25), 2);
  assert.is(allowedFailures(1, 3), 1);
  assert.is(allowedFailures(undefined, 3), 0);
});
