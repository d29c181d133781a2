import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml, yamlData } from '../../../src/lib/yaml.ts';
import { performCase, type RunCase } from '../../helpers/run-case.ts';
import { assert, suite } from '../../helpers/test.ts';

/**
 * Golden cases of the runner: a file each, with a pipeline whose scripts speak the language of `scripted-host.ts`, and
 * the events that must come of it. `parallel: true` compares them without their order. SLIPWAY_GOLDEN=write writes what
 * came out into the files; read the difference before committing it.
 */
const test = suite('runner cases');
const directory = import.meta.dirname;
type Golden = RunCase & { readonly about: string; readonly parallel?: boolean; readonly expect?: string };

for (const name of readdirSync(directory).filter((one) => one.endsWith('.yml'))) {
  const file = join(directory, name);
  const text = readFileSync(file, 'utf8');
  const { node } = readYaml(text, name);
  const given = (node && yamlData(node)) as Golden;
  test(`${name}: ${given.about}`, async () => {
    const { lines } = await performCase(given);
    const actual = given.parallel ? [...lines].sort() : lines;
    if (process.env['SLIPWAY_GOLDEN'] === 'write') write(file, text, actual);
    else assert.equal(actual.join('\n'), given.expect?.trimEnd());
  });
}

function write(file: string, text: string, lines: readonly string[]): void {
  const before = text.replace(/^expect: \|\n(?: {2}.*\n|\n)*/m, '').trimEnd();
  const body = lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}\n`);
  writeFileSync(file, `${before}\nexpect: |\n${body.join('')}`);
}
