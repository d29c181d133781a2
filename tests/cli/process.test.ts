import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram, slipway, slipwayBinary } from '../helpers/slipway.ts';
import { assert, suite } from '../helpers/test.ts';

const test = suite('cli/process');

test('--version prints the version of package.json, and the entry loads next to nothing for it', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  for (const flag of ['--version', '-V', '-v']) {
    const end = await slipway([flag]);
    assert.equal([end.exitCode, end.stdout, end.stderr], [0, `${version}\n`, '']);
  }
  assert.ok(staticBytes(slipwayBinary()) < 8 * 1024, 'the entry and its static imports are small');
});

/** The size of a module with everything that it imports statically. */
function staticBytes(file: string): number {
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/^(?:import|\} from) ?"(\.[^"]+)"|from "(\.[^"]+)"/gm)];
  const below = imports.map((match) => staticBytes(join(dirname(file), (match[1] ?? match[2]) as string)));
  return below.reduce((sum, bytes) => sum + bytes, text.length);
}

test('a closed pipe ends the command without a word', async () => {
  const child = spawn('sh', [
    '-c',
    `"$0" "$1" help | head -n 1; echo rest`,
    process.execPath,
    slipwayBinary(),
  ]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  await new Promise((done) => child.on('close', done));
  assert.match(stdout, /^slipway .*\nrest\n$/);
  assert.is(stderr, '');
});

test('unknown commands and options exit with 2 and say nothing on stdout', async () => {
  for (const argv of [['biuld'], ['version', '--jsno'], ['version', 'x']]) {
    const end = await slipway(argv);
    assert.is(end.exitCode, 2);
    assert.is(end.stdout, '');
    assert.match(end.stderr, 'error E_USAGE: ');
  }
});

test('every command of the table has help with an example', async () => {
  const list = (await slipway(['help'])).stdout;
  const rows = list.slice(list.indexOf('Commands:')).split('\n').slice(1);
  const names = rows
    .map((row) => /^ {2}(\S+(?: \S+)?) {2,}/.exec(row)?.[1])
    .filter((name) => name !== undefined);
  assert.ok(names.length > 0);
  for (const name of names) {
    const { exitCode, stdout, stderr } = await slipway(['help', ...name.split(' ')]);
    assert.is(exitCode, 0, `${name}: ${stderr}`);
    assert.match(stdout, `Usage: slipway ${name}`);
    assert.match(stdout, /Examples:\n {2}slipway /);
  }
});

test('it runs as the executable that npm links', async () => {
  const end = await runProgram([slipwayBinary(), '--version']);
  assert.is(end.exitCode, 0);
});
