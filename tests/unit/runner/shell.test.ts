import { shellCommand } from '../../../src/runner/shell.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('shell');

test('shells are GitHub’s', () => {
  assert.equal(shellCommand(undefined).programs[0], { name: 'bash', args: ['-e', '{0}'] });
  assert.equal(shellCommand('bash').programs[0]?.args, ['--noprofile', '--norc', '-eo', 'pipefail', '{0}']);
  assert.equal(shellCommand('sh').programs[0]?.args, ['-e', '{0}']);
  assert.is(shellCommand('python').extension, '.py');
});

test('a command with {0} is a shell of its own, quotes kept together', () => {
  assert.equal(shellCommand(`perl -M'A B' {0} "x y"`).programs, [
    { name: 'perl', args: ['-MA B', '{0}', 'x y'] },
  ]);
});

test('what is neither is an error', async () => {
  await throwsCode(() => shellCommand('fish'), 'E_STEP_SHELL');
  await throwsCode(() => shellCommand('{0}'), 'E_STEP_SHELL');
});
