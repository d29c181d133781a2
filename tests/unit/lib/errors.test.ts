import { exitCodeOf } from '../../../src/lib/error-codes.ts';
import { ProblemsError, problem, renderProblem, throwOnErrors, UserError } from '../../../src/lib/errors.ts';
import { positionAt } from '../../../src/lib/position.ts';
import { didYouMean, nearest } from '../../../src/lib/suggest.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('lib/errors');

test('a problem is shown with its place, its line, a caret and a hint', () => {
  const text = 'stages:\n  deploy:\n\tneeds: [smoke]\n';
  const at = positionAt('p.yml', text, text.indexOf('smoke'), 5);
  const shown = renderProblem(
    problem('E_SCHEMA_VALUE', 'no such stage "smoke"', { at, hint: 'remove it' }),
    () => text,
  );
  assert.is(
    shown,
    [
      'p.yml:3:10: error E_SCHEMA_VALUE: no such stage "smoke"',
      '    3 | \tneeds: [smoke]',
      '      | \t        ^^^^^',
      '  hint: remove it',
    ].join('\n'),
  );
});

test('a caret never runs past its line, and a file that is not at hand gives no frame', () => {
  const at = { file: 'x', line: 1, column: 3, length: 90 };
  assert.match(
    renderProblem(problem('E_USAGE', 'm', { at }), () => 'abcd'),
    '  ^^',
  );
  assert.is(
    renderProblem(problem('E_USAGE', 'm', { at }), () => undefined),
    'x:1:3: error E_USAGE: m',
  );
});

test('several problems stop as one error that carries the first error', async () => {
  const note = { ...problem('E_USAGE', 'just so'), severity: 'note' as const };
  throwOnErrors([note]);
  const error = await throwsCode(
    () => throwOnErrors([note, problem('E_FILE_NOT_FOUND', 'gone')]),
    'E_FILE_NOT_FOUND',
  );
  assert.instance(error, ProblemsError);
  assert.is((error as ProblemsError).problems.length, 2);
});

test('a user error keeps its cause, and its code gives the exit code', () => {
  const cause = new Error('ENOENT');
  const error = new UserError('E_FILE_NOT_FOUND', 'no such file', { cause });
  assert.is(error.cause, cause);
  assert.is(exitCodeOf(error.code), 2);
});

test('a near word is suggested, a far one is not', () => {
  assert.is(nearest('memcahced', ['mariadb', 'memcached']), 'memcached');
  assert.is(nearest('nova', ['mariadb', 'memcached']), undefined);
  assert.is(didYouMean('zzz', ['a1', 'b2']), 'known: a1, b2');
});
