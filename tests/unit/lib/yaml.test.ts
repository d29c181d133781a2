import { z } from 'zod';
import { renderProblem } from '../../../src/lib/errors.ts';
import { readAs, strictObject } from '../../../src/lib/schema.ts';
import { positionInScalar, readYaml, type YamlScalar, yamlAt, yamlData } from '../../../src/lib/yaml.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('lib/yaml');

const read = (text: string) => readYaml(text, 'a.yml');

test('a tree carries the place of each value', () => {
  const { node, problems } = read('a:\n  - b: 1.10\n    c: "x"\n');
  assert.is(problems.length, 0);
  assert.equal(yamlData(node!), { a: [{ b: 1.1, c: 'x' }] });
  assert.equal(yamlAt(node!, ['a', 0, 'b'])?.at, { file: 'a.yml', line: 2, column: 8, length: 4 });
});

test('the place of a character inside a block scalar is its place in the file', () => {
  const text = 'run: |\n\n    one\n    two three\n';
  const scalar = yamlAt(read(text).node!, ['run']) as YamlScalar;
  assert.is(scalar.value, '\none\ntwo three\n');
  const at = positionInScalar(scalar, scalar.text.indexOf('three'), 5);
  assert.equal([at.line, at.column], [4, 9]);
});

test('duplicate keys and unknown tags are problems with a hint', () => {
  const { problems } = read('a: 1\na: 2\nif: !cancelled()\n');
  assert.equal(
    problems.map((one) => one.code),
    ['E_YAML_DUPLICATE_KEY', 'E_YAML_UNKNOWN_TAG'],
  );
  assert.match(problems[1]!.hint ?? '', 'quotes');
});

test('aliases are data, and a bomb of them is a problem', () => {
  assert.equal(yamlData(read('a: &x {b: 1}\nc: *x\n').node!), { a: { b: 1 }, c: { b: 1 } });
  const lines = ['l0: &l0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++)
    lines.push(
      `l${i}: &l${i} [${Array(10)
        .fill(`*l${i - 1}`)
        .join(', ')}]`,
    );
  assert.ok(read(lines.join('\n')).problems.some((one) => one.code === 'E_YAML_LIMIT'));
});

test('a schema wants text: a number keeps the text that was written', () => {
  const schema = strictObject({ tag: z.string(), jobs: z.number().optional() });
  const { value, problems } = readAs(schema, read('tag: 1.10\n').node!);
  assert.equal(problems, []);
  assert.equal(value, { tag: '1.10' });
});

test('unknown keys, wrong types and missing keys have places, frames and hints', () => {
  const schema = strictObject({ tag: z.string(), jobs: z.number() });
  const text = 'tga: x\njobs: many\n';
  const { problems } = readAs(schema, read(text).node!);
  const shown = problems.map((one) => renderProblem(one, () => text)).join('\n');
  assert.match(shown, 'a.yml:1:1: error E_SCHEMA_UNKNOWN_KEY: unknown key "tga"');
  assert.match(shown, 'did you mean "tag"?');
  assert.match(shown, 'a.yml:2:7: error E_SCHEMA_TYPE: "jobs" must be a number, not text ("many")');
  assert.match(shown, '      |       ^^^^');
  assert.match(shown, 'E_SCHEMA_MISSING_KEY: "tag" is missing');
});
