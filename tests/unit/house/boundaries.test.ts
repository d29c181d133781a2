import { dirname, join, relative } from 'node:path';
import { assert, suite } from '../../helpers/test.ts';
import { librariesWithOneCaller, publicFiles, rooms } from './rooms.ts';
import { filesBelow, root, textOf } from './tree.ts';

const test = suite('house/boundaries');

type Import = {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  /** Types are erased: nothing is called by naming them. */
  readonly ofTypes: boolean;
};

/** Every import of `src`, static, dynamic and of types. */
const imports: readonly Import[] = filesBelow('src', '.ts').flatMap((file) => {
  const text = textOf(file).replace(/\/\*[\s\S]*?\*\//g, '');
  const found = [
    ...text.matchAll(/(?:(?:import|export) (type )?[^;'()]*?\bfrom|\bimport)\s*\(?\s*'([^']+)'/g),
  ];
  return found.map((match) => ({
    file,
    room: roomOf(file),
    target: match[2] as string,
    ofTypes: match[1] !== undefined,
  }));
});

function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

/** The imports from one room to another, with the file they name. */
const crossings = imports
  .filter((one) => one.target.startsWith('.'))
  .map((one) => ({ ...one, path: relative(root, join(root, dirname(one.file), one.target)) }))
  .filter((one) => roomOf(one.path) !== one.room);

test('each folder of src is a room of the table', () => {
  const found = new Set(filesBelow('src', '.ts').map(roomOf));
  for (const room of found) assert.ok(room in rooms, `src/${room} is no room`);
});

test('the table itself goes one way only', () => {
  const visit = (room: string, above: readonly string[]): void => {
    assert.not.ok(above.includes(room), `${[...above, room].join(' → ')} is a circle`);
    for (const below of rooms[room] ?? []) visit(below, [...above, room]);
  };
  for (const room of Object.keys(rooms)) visit(room, []);
});

test('rooms import only the rooms that the table gives them', () => {
  const wrong = crossings.filter(
    (one) => roomOf(one.path) !== 'lib' && !rooms[one.room]?.includes(roomOf(one.path)),
  );
  assert.equal(
    wrong.map((one) => `${one.file} → ${one.path}`),
    [],
  );
});

test('rooms import the public face of others and nothing behind it', () => {
  const wrong = crossings.filter(
    (one) => roomOf(one.path) !== 'lib' && !publicFiles.includes(one.path.split('/').slice(2).join('/')),
  );
  assert.equal(
    wrong.map((one) => `${one.file} → ${one.path}`),
    [],
  );
});

test('relative imports carry their .ts', () => {
  const wrong = imports.filter((one) => one.target.startsWith('.') && !/\.(ts|json)$/.test(one.target));
  assert.equal(wrong, []);
});

test('each foreign library is called from one file', () => {
  for (const library of librariesWithOneCaller) {
    const callers = new Set(
      imports
        .filter((one) => !one.ofTypes)
        .filter((one) => one.target === library || one.target.startsWith(`${library}/`))
        .map((one) => one.file),
    );
    assert.ok(callers.size <= 1, `${library} is called from ${[...callers].join(', ')}`);
  }
});

test('only cli touches the process', () => {
  const wrong = filesBelow('src', '.ts')
    .filter((file) => roomOf(file) !== 'cli')
    .filter((file) => /\bprocess\.(?!once\b)\w+|from 'node:process'|\bconsole\./.test(withoutText(file)));
  assert.equal(wrong, []);
});

/** A file's code without comments, strings and templates' text. */
function withoutText(file: string): string {
  return textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'(?:\\.|[^'\\\n])*'/g, "''");
}
