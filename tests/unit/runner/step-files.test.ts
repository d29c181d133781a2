import { readStepFiles, stepFileVariables } from '../../../src/runner/step-files.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('step-files');

test('pairs and blocks are read', () => {
  const values = readStepFiles({
    output: 'a=1\nb<<EOF\nx=y\n\nz\nEOF\nc=\nd=p=q\n',
    path: '/one\n\n/two\n',
    state: 's=t\n',
    summary: '# Hello\n',
  });
  assert.equal(values.outputs, { a: '1', b: 'x=y\n\nz', c: '', d: 'p=q' });
  assert.equal(values.path, ['/one', '/two']);
  assert.equal(values.state, { s: 't' });
  assert.is(values.summary, '# Hello\n');
});

test('a value that holds << is a value', () => {
  assert.equal(readStepFiles({ output: 'a=x << y\n' }).outputs, { a: 'x << y' });
});

test('names that would change later programs are refused', () => {
  const values = readStepFiles({
    env: 'GOOD=1\nBASH_ENV=/x\nLD_PRELOAD=/x\nNODE_OPTIONS=x\nSLIPWAY_OUTPUT=x\n',
  });
  assert.equal(values.env, { GOOD: '1' });
  assert.equal(values.refused, ['BASH_ENV', 'LD_PRELOAD', 'NODE_OPTIONS', 'SLIPWAY_OUTPUT']);
});

test('lines that are none, open blocks and too much are errors', async () => {
  await throwsCode(() => readStepFiles({ output: 'nonsense\n' }), 'E_STEP_FILE');
  await throwsCode(() => readStepFiles({ env: 'a<<EOF\nx\n' }), 'E_STEP_FILE');
  await throwsCode(() => readStepFiles({ output: `a=${'x'.repeat(1024 * 1024)}` }), 'E_STEP_FILE');
});

test('each file has our name and GitHub’s', () => {
  const names = stepFileVariables((file) => `/x/${file}`);
  assert.is(names['SLIPWAY_STEP_SUMMARY'], '/x/summary');
  assert.is(names['GITHUB_OUTPUT'], '/x/output');
});
