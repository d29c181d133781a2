import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../../../src/lib/errors.ts';
import { readYaml, yamlData } from '../../../src/lib/yaml.ts';
import { loadServices, readService, serviceJsonSchema } from '../../../src/services/index.ts';
import { catalogueOf } from '../../helpers/service-site.ts';
import { assert, suite } from '../../helpers/test.ts';

type DefinitionCase = {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
};

const test = suite('services/definitions');
const file = resolve(import.meta.dirname, '../../cases/services/definitions.yml');
const { node } = readYaml(readFileSync(file, 'utf8'), file);

for (const one of (node ? yamlData(node) : []) as DefinitionCase[]) {
  test(one.name, () => {
    const { problems } = load(one.files);
    assert.is(problems.length, one.problems.length, problems.map(shown).join('\n'));
    for (const [index, expected] of one.problems.entries()) {
      const found = problems[index] as Problem;
      const [, place, code, message = '', hint = ''] =
        /^(\d+:\d+) (E_\w+) ?(.*?) \| ?(.*)$/.exec(expected) ?? [];
      assert.is(`${found.at?.line}:${found.at?.column}`, place, shown(found));
      assert.is(found.code, code, shown(found));
      assert.ok(found.message.includes(message), shown(found));
      assert.ok((found.hint ?? '').includes(hint), shown(found));
    }
  });
}

test('the services that come along have no problem, and those that are needed come first', () => {
  const names = catalogueOf().services.map((service) => service.name);
  assert.equal([...names].sort(), ['keystone', 'loadbalancer', 'mariadb', 'memcached', 'rabbitmq']);
  for (const service of catalogueOf().services) {
    for (const need of service.source.needs) {
      assert.ok(names.indexOf(need) < names.indexOf(service.name), `${need} before ${service.name}`);
    }
  }
});

test('the sketch of nova-compute in the specs is a definition without a problem', () => {
  const page = resolve(import.meta.dirname, '../../../specs/072-kolla-ansible-fields.md');
  const sketch = /```yaml\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
  const { service, problems } = readService(sketch, 'nova-compute/service.yml', 'nova-compute');
  assert.equal(problems.map(shown), []);
  const containers = Object.values(service?.source.containers ?? {});
  assert.equal(
    containers.map((one) => [one.privileged, one.on_change, one.rollback]),
    [
      [true, 'restart', 'never'],
      [true, 'recreate', 'safe'],
    ],
  );
});

test("a site's own definition stands before the tool's", () => {
  const text = 'name: memcached\ndescription: our own\ngroup: control\n';
  const { services } = catalogueOf({ files: { 'pipelines/services/memcached/service.yml': text } });
  const chosen = services.filter((one) => one.name === 'memcached');
  assert.equal(
    chosen.map((one) => one.source.description),
    ['our own'],
  );
});

test('the JSON Schema has every field, for editors', () => {
  const schema = serviceJsonSchema() as { properties: Record<string, unknown>; required: string[] };
  for (const key of ['containers', 'configs', 'loadbalancer', 'one_shots', 'databases', 'vars', 'external']) {
    assert.ok(key in schema.properties, key);
  }
  assert.equal(schema.required, ['name', 'description', 'group']);
});

function load(files: Readonly<Record<string, string>>) {
  return loadServices({
    roots: ['/services'],
    readText: (path) => (path.endsWith('/service.yml') ? files[path.split('/').at(-2) ?? ''] : undefined),
    listDirectories: () => Object.keys(files),
  });
}

function shown(one: Problem): string {
  return `${one.at?.line}:${one.at?.column} ${one.code} ${one.message} | ${one.hint ?? ''}`;
}
