import { type CommandLinePorts, runCommandLine } from '../../../src/cli/command-line.ts';
import type { Command, CommandEntry } from '../../../src/commands/index.ts';
import { ProblemsError, problem, UserError } from '../../../src/lib/errors.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('cli/command-line');

const show: Command = {
  arguments: [{ name: 'NAME', summary: 'which' }],
  options: [{ name: 'json', summary: 'as JSON' }],
  examples: [{ command: 'slipway images show base', does: 'shows base' }],
  run: async (args, context) => {
    const [name = ''] = args.positionals;
    if (name === 'defect') throw new TypeError('x is not a function');
    if (name === 'user')
      throw new UserError('E_HOST_UNREACHABLE', 'no way', { cause: new Error('ECONNREFUSED') });
    if (name === 'file') {
      const at = { file: 'a.yml', line: 2, column: 3, length: 2 };
      throw new ProblemsError([problem('E_YAML_SYNTAX', 'odd', { at }), problem('E_YAML_LIMIT', 'long')]);
    }
    if (name === 'stopped') throw context.signal.reason;
    context.note(`looking at ${name}`);
    return { exitCode: name === 'drift' ? 3 : 0, data: { name }, text: `this is ${name}` };
  },
};

const table: CommandEntry[] = [
  { name: 'images show', summary: 'one image', load: async () => show },
  {
    name: 'images list',
    summary: 'all images',
    load: async () => {
      throw new Error('loaded without need');
    },
  },
  { name: 'build', summary: 'build images', load: async () => show },
];

async function run(argv: string[], changes: Partial<CommandLinePorts> = {}) {
  const out = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(argv, {
    cwd: '/',
    env: {},
    clock: { now: () => 5, sleep: async () => {} },
    interrupt: { signal: new AbortController().signal, exitCode: () => undefined },
    stdout: (text) => {
      out.stdout += text;
    },
    stderr: (text) => {
      out.stderr += text;
    },
    readStdin: async () => '',
    ask: async () => undefined,
    readText: () => 'one\n  two\n',
    isTerminal: false,
    columns: 80,
    toolRoot: '/tool',
    version: '1.2.3',
    runtime: { node: '20', platform: 'linux', pid: 1 },
    commands: table,
    ...changes,
  });
  return { exitCode, ...out };
}

test('results go to stdout and everything else to stderr', async () => {
  assert.equal(await run(['images', 'show', 'base']), {
    exitCode: 0,
    stdout: 'this is base\n',
    stderr: 'looking at base\n',
  });
  assert.is((await run(['images', 'show', 'base', '--json'])).stdout, '{\n  "name": "base"\n}\n');
});

test("a command's own exit code is the process's", async () => {
  assert.is((await run(['build', 'drift'])).exitCode, 3);
});

test('help lists the commands without loading one', async () => {
  for (const argv of [[], ['help'], ['--help'], ['-h']]) {
    const { exitCode, stdout } = await run(argv);
    assert.is(exitCode, 0);
    assert.match(stdout, 'images list  all images');
  }
  assert.match((await run(['help', 'images'])).stdout, 'slipway images show');
  assert.match((await run(['images', '--help'])).stdout, 'slipway images show');
});

test('help of a command shows arguments, options and examples', async () => {
  for (const argv of [
    ['help', 'images', 'show'],
    ['images', 'show', '--help'],
    ['images', 'show', '-h', 'x', 'y'],
  ]) {
    const { stdout, exitCode } = await run(argv);
    assert.is(exitCode, 0);
    assert.match(stdout, 'Usage: slipway images show [NAME] [OPTION…]');
    assert.match(stdout, '--json');
    assert.match(stdout, 'slipway images show base  shows base');
  }
});

test('what is no command is refused with the nearest one', async () => {
  const cases: [string[], string][] = [
    [['biuld'], 'did you mean "build"?'],
    [['images', 'lst'], 'did you mean "list"?'],
    [['--json', 'build'], 'the command comes before its options'],
    [['images'], 'slipway images list'],
    [['help', 'nothing'], 'there is no command "nothing"'],
  ];
  for (const [argv, expected] of cases) {
    const { exitCode, stdout, stderr } = await run(argv);
    assert.is(exitCode, 2);
    assert.is(stdout, '');
    assert.match(stderr, expected);
  }
});

test("a user's error is shown with code and cause, and its code decides the exit", async () => {
  const { exitCode, stderr } = await run(['build', 'user']);
  assert.is(exitCode, 4);
  assert.is(stderr, 'error E_HOST_UNREACHABLE: no way\n  because: ECONNREFUSED\n');
});

test('several problems are all shown, with the line and their number', async () => {
  const { exitCode, stderr } = await run(['build', 'file']);
  assert.is(exitCode, 2);
  assert.match(stderr, 'a.yml:2:3: error E_YAML_SYNTAX: odd\n    2 |   two\n      |   ^^\n');
  assert.match(stderr, '2 errors\n');
});

test('a defect is short, says how to get the stack, and exits with 70', async () => {
  const { exitCode, stderr } = await run(['build', 'defect']);
  assert.is(exitCode, 70);
  assert.match(stderr, 'slipway has a defect: TypeError: x is not a function');
  assert.not.match(stderr, 'command-line.test.ts');
  const debug = await run(['build', 'defect'], { env: { SLIPWAY_DEBUG: '1' } });
  assert.match(debug.stderr, 'command-line.test.ts');
});

test('an interrupt decides the exit code and adds no error of its own', async () => {
  const controller = new AbortController();
  controller.abort(new UserError('E_INTERRUPTED', 'interrupted by SIGINT'));
  const interrupt = { signal: controller.signal, exitCode: () => 130 };
  assert.equal(await run(['build', 'stopped'], { interrupt }), { exitCode: 130, stdout: '', stderr: '' });
  assert.is((await run(['build', 'drift'], { interrupt })).exitCode, 130);
  const other = await run(['build', 'user'], { interrupt });
  assert.is(other.exitCode, 130);
  assert.match(other.stderr, 'E_HOST_UNREACHABLE');
});
