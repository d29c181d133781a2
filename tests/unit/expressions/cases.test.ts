import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  compileCondition,
  compileTemplate,
  evaluateCondition,
  evaluateTemplate,
  type Scope,
  type Status,
} from '../../../src/expressions/index.ts';
import { readYaml, type YamlNode, yamlData, yamlEntry } from '../../../src/lib/yaml.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('expressions/cases');
const root = resolve(import.meta.dirname, '../../cases/expressions');

const scope: Scope = {
  contexts: {
    map: { Alpha: 'one', beta: () => 2 },
    list: ['a', 'b'],
    odd: JSON.parse('{"constructor": 5, "__proto__": 6}'),
    hosts: new Map([
      ['c1', { name: 'c1', tags: ['x', 'y'] }],
      ['c2', { name: 'c2', tags: ['z'] }],
    ]),
    needs: { one: { result: 'success' }, two: { result: 'failure' } },
  },
  functions: { double: (value) => 2 * Number(value) },
};

/** The cases of a file: each its tree and, beside `is`, its data. */
function casesOf(name: string): readonly { readonly is: YamlNode; readonly data: Record<string, unknown> }[] {
  const { node, problems } = readYaml(readFileSync(resolve(root, name), 'utf8'), name);
  assert.equal(problems, []);
  if (node?.kind !== 'list') throw new Error(`${name} is no list`);
  return node.items.map((item) => {
    const is = yamlEntry(item, 'is')?.value;
    if (!is) throw new Error(`a case of ${name} has no "is"`);
    return { is, data: yamlData(item) as Record<string, unknown> };
  });
}

for (const { is, data } of casesOf('values.yml')) {
  test(`${JSON.stringify(data['is'])} (line ${is.at.line})`, async () => {
    const { compiled, problems } = compileTemplate(is);
    assert.equal(
      problems.map((one) => one.code),
      'problem' in data ? [data['problem']] : [],
    );
    if ('problem' in data) return;
    if ('error' in data) {
      const error = await throwsCode(() => evaluateTemplate(compiled, scope), String(data['error']));
      assert.is((error as unknown as { at: { line: number } }).at.line, is.at.line);
      return;
    }
    assert.equal(evaluateTemplate(compiled, scope), data['value']);
  });
}

for (const { is, data } of casesOf('conditions.yml')) {
  test(`if: ${JSON.stringify(data['is'])}`, () => {
    const { compiled, problems } = compileCondition(is);
    assert.equal(
      problems.map((one) => one.code),
      'problem' in data ? [data['problem']] : [],
    );
    if ('problem' in data) return;
    for (const status of ['success', 'failure', 'cancelled', 'skipped'] satisfies Status[]) {
      assert.is(evaluateCondition(compiled, { ...scope, status }).value, data[status], status);
    }
  });
}
