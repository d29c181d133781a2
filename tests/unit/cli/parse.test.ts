import { parseArguments } from '../../../src/cli/parse.ts';
import type { Command } from '../../../src/commands/index.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('cli/parse');

const command: Command = {
  arguments: [{ name: 'PATTERN', summary: 'which', many: true }],
  options: [
    { name: 'tag', short: 't', value: 'TAG', summary: 'the tag' },
    { name: 'set', value: 'NAME=VALUE', many: true, summary: 'a variable' },
    { name: 'jobs', short: 'j', value: 'N', summary: 'how many' },
    { name: 'dry-run', short: 'n', summary: 'only the plan' },
    { name: 'force', short: 'f', summary: 'do it' },
    { name: 'no-cache', summary: 'build all' },
    { name: 'format', value: 'HOW', choices: ['text', 'dot'], summary: 'the form' },
  ],
  examples: [],
  run: async () => ({ exitCode: 0 }),
};

const parse = (...argv: string[]) => parseArguments('build', command, argv);

test('values stay the text that was typed', () => {
  assert.is(parse('--tag', '1.10').text('tag'), '1.10');
  assert.is(parse('--tag=1.10').text('tag'), '1.10');
  assert.is(parse('-t1.10').text('tag'), '1.10');
  assert.is(parse('-t=007').text('tag'), '007');
  assert.is(parse('--tag', '0x10').text('tag'), '0x10');
  assert.is(parse('--tag', 'true').text('tag'), 'true');
  assert.is(parse('--tag=').text('tag'), '');
  assert.is(parse('--tag=-x').text('tag'), '-x');
  assert.equal(parse('1.10', 'true', '-').positionals, ['1.10', 'true', '-']);
});

test('a flag never takes the word behind it', () => {
  const args = parse('--dry-run', 'false', '--force', 'keystone');
  assert.equal(args.positionals, ['false', 'keystone']);
  assert.ok(args.flag('dry-run') && args.flag('force'));
});

test('flags may stand in a bunch, with a value at its end', () => {
  const args = parse('-nfj', '4');
  assert.ok(args.flag('dry-run') && args.flag('force'));
  assert.is(args.count('jobs'), 4);
  assert.is(parse('-nj4').count('jobs'), 4);
});

test('a flag that begins with "no-" is one of its own', () => {
  assert.is(parse().flag('no-cache'), false);
  assert.is(parse('--no-cache').flag('no-cache'), true);
  assert.is(parse('--no-cache', 'x').positionals[0], 'x');
});

test('repeated options keep their order, and what stands behind -- is left alone', () => {
  const args = parse('--set', 'a=1', '--set=b=2', 'x', '--', '--set', 'c');
  assert.equal(args.all('set'), ['a=1', 'b=2']);
  assert.equal(args.positionals, ['x']);
  assert.equal(args.rest, ['--set', 'c']);
});

test('a name of a prototype is an unknown option like any other', async () => {
  for (const name of [
    '--__proto__',
    '--constructor',
    '--tag.x',
    '--Tag',
    '--no-tag',
    '--dryRun',
    '--no-dry-run',
  ]) {
    await throwsCode(() => parse(`${name}=1`), 'E_USAGE');
    await throwsCode(() => parse(name, '1'), 'E_USAGE');
  }
});

test('an unknown option is refused with the nearest one', async () => {
  assert.match((await throwsCode(() => parse('--tga', '1'), 'E_USAGE')).hint ?? '', 'did you mean "--tag"?');
  assert.match((await throwsCode(() => parse('-x'), 'E_USAGE')).message, 'no option -x');
});

test('missing, surplus, repeated and forbidden values are refused', async () => {
  for (const argv of [
    ['--tag'],
    ['--tag', '--force'],
    ['-t'],
    ['--force=yes'],
    ['--tag', 'a', '--tag', 'b'],
    ['--format', 'dto'],
  ]) {
    await throwsCode(() => parse(...argv), 'E_USAGE');
  }
  for (const text of ['x', '-1', '1.5', '', '0', '99999999999999999999']) {
    await throwsCode(() => parse(`--jobs=${text}`).count('jobs', 1), 'E_USAGE');
  }
  const one: Command = { ...command, arguments: [{ name: 'HOST', summary: 'which', required: true }] };
  await throwsCode(() => parseArguments('x', one, []), 'E_USAGE');
  await throwsCode(() => parseArguments('x', one, ['a', 'b']), 'E_USAGE');
  assert.ok(parseArguments('x', one, ['--help']).flag('help'), 'help asks for no argument');
});

test('asking for an option that is not declared is a defect', () => {
  assert.throws(() => parse().flag('nothing'), /declares no option/);
});
