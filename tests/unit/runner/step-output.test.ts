import { createMasker } from '../../../src/runner/masker.ts';
import { createStepOutput, longestLine } from '../../../src/runner/step-output.ts';
import type { WorkflowCommand } from '../../../src/runner/workflow-command.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('step-output');

function collect(chunks: readonly (string | Buffer)[], secrets: readonly string[] = []) {
  const shown: string[] = [];
  const commands: WorkflowCommand[] = [];
  const masker = createMasker(secrets);
  const output = createStepOutput({
    masker,
    show: (stream, text) => shown.push(`${stream === 'stderr' ? '! ' : ''}${masker.mask(text)}`),
    command: (command) => {
      commands.push(command);
      return command.name !== 'unknown';
    },
  });
  for (const chunk of chunks) output.write('stdout', chunk);
  output.end();
  return { shown, commands };
}

test('lines are whole however they arrive', () => {
  assert.equal(collect(['on', 'e\ntw', 'o\nthr', 'ee']).shown, ['one', 'two', 'three']);
});

test('characters cut between chunks are put together', () => {
  const bytes = Buffer.from('über\n');
  assert.equal(collect([bytes.subarray(0, 1), bytes.subarray(1)]).shown, ['über']);
});

test('terminal escapes, titles and bells are taken out', () => {
  const text = '\u001b[31mred\u001b[0m \u001b]0;title\u0007plain\u0007 \u202Eevil\n';
  assert.equal(collect([text]).shown, ['red plain evil']);
});

test('of a line drawn over, the last picture is shown', () => {
  assert.equal(
    collect([' 10%\r 50%\r100%\r\n', 'windows\r\n']).shown,
    ['100%\nwindows'].flatMap((one) => one.split('\n')),
  );
});

test('commands are taken out in their place and unescaped', () => {
  const { shown, commands } = collect([
    'before\n::warning file=a.sh,line=3,title=A%3A b::one%0Atwo\nafter\n',
  ]);
  assert.equal(shown, ['before', 'after']);
  assert.equal(commands, [
    { name: 'warning', properties: { file: 'a.sh', line: '3', title: 'A: b' }, message: 'one\ntwo' },
  ]);
});

test('an escape sequence cannot hide a command, and an unknown one is shown as a line', () => {
  const { commands, shown } = collect(['\u001b[1m::error::x\n::unknown::y\na::b\n']);
  assert.equal(
    commands.map((one) => one.name),
    ['error', 'unknown'],
  );
  assert.equal(shown, ['::unknown::y\na::b']);
});

test('stop-commands holds until its token', () => {
  const { commands, shown } = collect(['::stop-commands::tok\n::error::no\n::tok::\n::error::yes\n']);
  assert.equal(shown, ['::error::no']);
  assert.equal(
    commands.map((one) => one.message),
    ['yes'],
  );
});

test('a line without an end is given in pieces and does not grow', () => {
  const chunk = 'z'.repeat(50_000);
  const { shown } = collect([chunk, chunk, chunk, '\nend\n']);
  assert.is(shown.join('').replace(/\s*end$/, '').length, 150_000);
  assert.ok(shown.every((one) => one.length <= longestLine + 50_000));
});

test('what goes on from a cut line is no command', () => {
  const { commands } = collect(['z'.repeat(70_000), '::error::x\n']);
  assert.equal(commands, []);
});
