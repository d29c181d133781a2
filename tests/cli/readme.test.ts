import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { findCommand } from '../../src/cli/find-command.ts';
import { parseArguments } from '../../src/cli/parse.ts';
import { commands } from '../../src/commands/index.ts';
import { readmeBlocks } from '../helpers/readme.ts';
import { assert, suite } from '../helpers/test.ts';

const test = suite('cli/readme');

const root = resolve(import.meta.dirname, '../..');
const blocks = readmeBlocks();

test('the first block is the two commands of the set-up', () => {
  assert.equal(blocks[0]?.commands, ['tools/quickstart', 'tools/test']);
  for (const command of blocks[0]?.commands ?? []) accessSync(resolve(root, command), constants.X_OK);
});

test('every command that README shows can be read by the command line', async () => {
  for (const { line, commands: shown } of blocks.slice(1)) {
    for (const command of shown.filter((one) => one.startsWith('slipway '))) {
      const argv = command.split(/\s+/).slice(1);
      if (argv[0] === 'help') continue;
      const found = findCommand(commands, argv);
      if (found.kind === 'group') throw new Error(`README.md:${line}: ${command} is incomplete`);
      parseArguments(found.entry.name, await found.entry.load(), found.argv);
    }
  }
});

test('the examples of every command can be read by the command line', async () => {
  for (const entry of commands) {
    const command = await entry.load();
    for (const { command: example } of command.examples) {
      const argv = wordsOf(example).slice(1);
      const found = findCommand(commands, argv);
      if (found.kind === 'group') throw new Error(`${example} is incomplete`);
      parseArguments(found.entry.name, await found.entry.load(), found.argv);
    }
  }
});

test('the names of the table are unique, and every one has a summary', () => {
  const names = commands.map((one) => one.name);
  assert.equal(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
  assert.ok(commands.every((one) => one.summary.length > 10));
});

/** Words as a shell splits them, quotes taken off; what feeds a pipe before the command is dropped. */
function wordsOf(example: string): string[] {
  const own = example.slice(Math.max(0, example.lastIndexOf('slipway ')));
  const words = own.replace(/\s[|<>].*$/, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}
