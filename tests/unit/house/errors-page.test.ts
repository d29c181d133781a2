import { exitCodes } from '../../../src/lib/error-codes.ts';
import { assert, suite } from '../../helpers/test.ts';
import { filesBelow, textOf } from './tree.ts';

const test = suite('house/errors page');

type Section = { readonly code: string; readonly room: string; readonly text: string };

function sections(): Section[] {
  let room = '';
  const found: Section[] = [];
  for (const part of textOf('specs/errors.md').split(/^(?=##)/m)) {
    const heading = /^(##+) (\S+)/.exec(part);
    if (heading?.[1] === '##') room = heading[2] as string;
    if (heading?.[1] !== '###') continue;
    found.push({ code: heading[2] as string, room, text: part.slice(part.indexOf('\n')).trim() });
  }
  return found;
}

test('every code has one section, and every section a code', () => {
  const described = sections().map((one) => one.code);
  const missing = Object.keys(exitCodes).filter((code) => !described.includes(code));
  const unknown = described.filter((code) => !(code in exitCodes));
  const twice = described.filter((code, at) => described.indexOf(code) !== at);
  assert.equal({ missing, unknown, twice }, { missing: [], unknown: [], twice: [] });
});

test('sections stand sorted under their room and say something', () => {
  const all = sections();
  for (const room of new Set(all.map((one) => one.room))) {
    const codes = all.filter((one) => one.room === room).map((one) => one.code);
    assert.equal(codes, [...codes].sort(), `the codes of ${room} are not sorted`);
  }
  for (const one of all) assert.ok(one.text.length > 30, `${one.code} is not explained`);
});

test('every code is used, and exit codes are those of the design', () => {
  const code = filesBelow('src', '.ts')
    .filter((file) => !file.endsWith('error-codes.ts'))
    .map(textOf)
    .join('\n');
  const unused = Object.keys(exitCodes).filter((one) => !code.includes(one));
  assert.equal(unused, []);
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    assert.ok([1, 2, 4, 75, 130].includes(exitCode), `${name} has exit code ${exitCode}`);
  }
});
