import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../src/lib/errors.ts';
import { readYaml, yamlData } from '../../../src/lib/yaml.ts';
import { createTemplates } from '../../../src/templates/index.ts';
import { assert, suite } from '../../helpers/test.ts';

/** `at` is `line:column` in the template, or `file:line:column`; message and hint are parts. */
type Case = {
  readonly name: string;
  readonly template: string;
  readonly variables?: Record<string, unknown>;
  readonly files?: Record<string, string>;
  readonly whitespace?: 'trim';
  readonly output?: string;
  readonly error?: { code: string; at?: string; message?: string; hint?: string };
};

for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.yml'))) {
  const test = suite(`cases/templates/${file}`);
  const { node, problems } = readYaml(readFileSync(join(import.meta.dirname, file), 'utf8'), file);
  assert.equal(problems, []);
  for (const one of yamlData(node!) as Case[]) test(one.name, () => check(one));
}

function check(one: Case): void {
  const files: Record<string, string> = { ...one.files, 'main.njk': one.template };
  const templates = createTemplates({
    roots: ['root'],
    readFile: (path) => files[path.replace(/^root\//, '')],
    ...(one.whitespace && { whitespace: one.whitespace }),
  });
  const render = () => templates.render('main.njk', one.variables ?? {});
  if (!one.error) {
    assert.is(render(), one.output);
    return;
  }
  const error = failureOf(render);
  assert.is(error.code, one.error.code, error.message);
  const place = error.at && `${error.at.file.replace(/^root\//, '')}:${error.at.line}:${error.at.column}`;
  if (one.error.at) assert.is(place?.replace(/^main\.njk:/, ''), one.error.at);
  if (one.error.message) assert.match(error.message, one.error.message);
  if (one.error.hint) assert.match(error.hint ?? '', one.error.hint);
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
