import fc from 'fast-check';
import { createMasker } from '../../../src/runner/masker.ts';
import { secretForms } from '../../../src/runner/secret-forms.ts';
import { createStepOutput } from '../../../src/runner/step-output.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('masker');

const secretText = fc.string({ minLength: 4, maxLength: 60, unit: 'grapheme' }).filter((text) => {
  const plain = text.trim();
  return (
    plain.length >= 4 && !plain.includes('*') && plain === plain.normalize() && !/[\p{C}\s]/u.test(plain)
  );
});

test('no form of a secret survives in the text around it', () => {
  fc.assert(
    fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
      const masker = createMasker([secret]);
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
        const masked = masker.mask(`${before}|${form}|${after}`);
        assert.ok(!masked.includes(form), `${form} in ${masked}`);
      }
    }),
    { numRuns: 500 },
  );
});

test('base64 of a text that holds a secret shows none of it, wherever the secret begins', () => {
  fc.assert(
    fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
      const masker = createMasker([secret]);
      const encoded = Buffer.from(`${before}${secret}${after}`, 'utf8').toString('base64');
      const left = masker.mask(encoded);
      const decoded = left.split('***').map((part) => Buffer.from(part, 'base64').toString('utf8'));
      for (const part of decoded) assert.ok(!part.includes(secret), `${secret} in ${left}`);
      assert.ok(left.includes('***'), `${secret} is not masked in ${encoded}`);
    }),
    { numRuns: 500 },
  );
});

test('a secret is masked however the output is cut into chunks', () => {
  fc.assert(
    fc.property(secretText, fc.array(fc.nat(40), { maxLength: 12 }), fc.boolean(), (secret, cuts, long) => {
      const masker = createMasker([secret]);
      const filler = long ? 'x '.repeat(40_000) : 'before ';
      const bytes = Buffer.from(`${filler}${secret} after\n`, 'utf8');
      const shown: string[] = [];
      const output = createStepOutput({
        masker,
        show: (_stream, text) => shown.push(masker.mask(text)),
        command: () => true,
      });
      let at = 0;
      const near = Math.max(0, bytes.length - 60);
      output.write('stdout', bytes.subarray(0, near));
      at = near;
      for (const size of cuts) {
        output.write('stdout', bytes.subarray(at, at + size));
        at += size;
      }
      output.write('stdout', bytes.subarray(at));
      output.end();
      assert.ok(!shown.join('').includes(secret), shown.join('').slice(-100));
    }),
    { numRuns: 200 },
  );
});

test('the longest form is taken and the text around it stays', () => {
  const masker = createMasker(['hunter2', 'hunter2-more']);
  assert.is(masker.mask('a hunter2-more b hunter2 c'), 'a *** b *** c');
});

test('a secret of several lines is masked line by line', () => {
  const masker = createMasker(['first line\nsecond line\n']);
  assert.is(masker.mask('got second line'), 'got ***');
  assert.is(masker.mask('{"key":"first line\\nsecond line\\n"}'), '{"key":"***"}');
});

test('a secret that another form goes on from is masked by itself too', () => {
  assert.is(createMasker([`+!'"`]).mask(`|+!'"|`), '|***|');
  assert.is(createMasker(['abcd', 'abcdef', 'abcx']).mask('abcde abcdef abcx'), '***e *** ***');
});

test('short secrets are masked as words of their own only', () => {
  const masker = createMasker(['abc']);
  assert.is(masker.mask('abc abcd x=abc'), '*** abcd x=***');
});

test('a key that base64 breaks into lines is masked in each line', () => {
  const secret = 'k'.repeat(30) + 'Q9'.repeat(60);
  const masker = createMasker([secret]);
  const lines =
    Buffer.from(`${secret}\n`)
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  assert.ok(lines.length > 2);
  for (const line of lines.filter((one) => one.length >= 8)) assert.is(masker.mask(line), '***');
});

test('a secret added later is masked from then on', () => {
  const masker = createMasker();
  assert.is(masker.mask('token-1234'), 'token-1234');
  masker.add('token-1234');
  assert.is(masker.mask('token-1234'), '***');
});

test('the mask itself and empty values are no secrets', () => {
  const masker = createMasker(['***', '', ' ']);
  assert.is(masker.mask('a *** b'), 'a *** b');
  assert.equal(secretForms(''), []);
});

test('a thousand secrets cost little', () => {
  const masker = createMasker(Array.from({ length: 1000 }, (_, i) => `secret-number-${i}-${'q'.repeat(20)}`));
  const text = 'an ordinary line of output that holds no secret at all, only words\n'.repeat(2000);
  masker.mask('warm');
  const started = performance.now();
  assert.is(masker.mask(text), text);
  assert.ok(performance.now() - started < 3000);
});
