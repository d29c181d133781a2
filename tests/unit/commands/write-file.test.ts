import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { writeFileWhole } from '../../../src/commands/write-file.ts';
import { inDirectory } from '../../helpers/command.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('commands/write-file');

test('the permissions are those that were asked for, whatever the old file had', () =>
  inDirectory(async (directory) => {
    const file = join(directory, 'secrets.yml');
    writeFileSync(file, 'old');
    chmodSync(file, 0o666);
    writeFileWhole(file, 'new', { mode: 0o600 });
    assert.equal([readFileSync(file, 'utf8'), statSync(file).mode & 0o777], ['new', 0o600]);
    assert.equal(readdirSync(directory), ['secrets.yml']);
  }));

test('a link stays a link, and its target is written', () =>
  inDirectory(async (directory) => {
    mkdirSync(join(directory, 'real'));
    writeFileSync(join(directory, 'real/secrets.yml'), 'old');
    const link = join(directory, 'secrets.yml');
    symlinkSync('real/secrets.yml', link);
    writeFileWhole(link, 'new', { mode: 0o600 });
    assert.is(lstatSync(link).isSymbolicLink(), true);
    assert.is(readFileSync(join(directory, 'real/secrets.yml'), 'utf8'), 'new');
  }));

test('what can’t be written leaves nothing behind', () =>
  inDirectory(async (directory) => {
    await throwsCode(
      () => writeFileWhole(join(directory, 'no/file'), 'x', { mode: 0o600 }),
      'E_FILE_UNWRITABLE',
    );
    mkdirSync(join(directory, 'taken'));
    await throwsCode(
      () => writeFileWhole(join(directory, 'taken'), 'x', { mode: 0o600 }),
      'E_FILE_UNWRITABLE',
    );
    assert.equal(readdirSync(directory), ['taken']);
    assert.is(existsSync(join(directory, 'no')), false);
  }));

test('a writer that is killed leaves the old file or the new one, never half of one', () =>
  inDirectory(async (directory) => {
    const file = join(directory, 'secrets.yml');
    const whole = ['a', 'b'].map((letter) => letter.repeat(2_000_000));
    writeFileSync(file, whole[0] as string);
    const module = resolve(import.meta.dirname, '../../../src/commands/write-file.ts');
    const script = `
      import { writeFileWhole } from ${JSON.stringify(module)};
      process.stdout.write('ready');
      for (let i = 0; ; i++) writeFileWhole(${JSON.stringify(file)}, (i % 2 ? 'a' : 'b').repeat(2_000_000), { mode: 0o600 });
    `;
    const kill = async () => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
      await new Promise((done) => child.stdout.once('data', done));
      const ended = new Promise((done) => child.once('exit', done));
      for (let looks = 0; looks < 3; looks++) assert.ok(whole.includes(readFileSync(file, 'utf8')));
      child.kill('SIGKILL');
      await ended;
      assert.ok(whole.includes(readFileSync(file, 'utf8')));
    };
    for (let round = 0; round < 3; round++) await kill();
  }));
