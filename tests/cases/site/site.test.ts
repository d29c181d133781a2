import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, UserError } from '../../../src/lib/errors.ts';
import { readYaml, yamlData } from '../../../src/lib/yaml.ts';
import { readInventory } from '../../../src/site/inventory.ts';
import { selectHosts } from '../../../src/site/patterns.ts';
import { assert, suite } from '../../helpers/test.ts';

type PatternCase = {
  readonly pattern: string;
  readonly hosts?: readonly string[];
  readonly code?: string;
  readonly hint?: string;
  readonly why?: string;
};

type InventoryCase = {
  readonly name: string;
  readonly inventory: string;
  readonly problems: readonly string[];
};

const patterns = suite('cases/site/patterns');
const { inventory: text, cases } = readCases('patterns.yml') as { inventory: string; cases: PatternCase[] };
const { read, problems } = readInventory(text, 'inventory.yml');
assert.equal(problems, []);
for (const one of cases) {
  const outcome = one.code ?? (one.hosts?.join(', ') || 'no host');
  patterns(`"${one.pattern}" is ${outcome}${one.why ? `: ${one.why}` : ''}`, () => {
    if (one.code === undefined) {
      assert.equal(selectHosts(read!.inventory, one.pattern), one.hosts);
      return;
    }
    const error = failureOf(() => selectHosts(read!.inventory, one.pattern));
    assert.is(error.code, one.code);
    assert.match(`${error.message}\n${error.hint}`, one.hint ?? '');
  });
}

const inventories = suite('cases/site/inventory');
for (const one of readCases('inventory.yml') as InventoryCase[]) {
  inventories(one.name, () => {
    const found = readInventory(one.inventory, 'inventory.yml').problems;
    assert.is(found.length, one.problems.length, found.map(shown).join('\n'));
    for (const [index, expected] of one.problems.entries()) {
      const [, place, code, message = '', hint = ''] =
        /^(?:(\d+:\d+) )?(E_\w+) ?(.*?) \| ?(.*)$/.exec(expected) ?? [];
      const problem = found[index] as Problem;
      assert.is(problem.code, code, shown(problem));
      if (place) assert.is(`${problem.at?.line}:${problem.at?.column}`, place, shown(problem));
      assert.ok(problem.message.includes(message), shown(problem));
      assert.ok((problem.hint ?? '').includes(hint), shown(problem));
    }
  });
}

function readCases(file: string): unknown {
  const { node, problems } = readYaml(readFileSync(join(import.meta.dirname, file), 'utf8'), file);
  assert.equal(problems, []);
  return yamlData(node!);
}

function shown(one: Problem): string {
  return `${one.at?.line}:${one.at?.column} ${one.code} ${one.message} | ${one.hint ?? ''}`;
}

function failureOf(body: () => unknown): UserError {
  try {
    assert.unreachable(`expected an error, got ${JSON.stringify(body())}`);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('unreachable');
}
