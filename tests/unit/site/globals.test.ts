import { globalsJsonSchema, inventoryJsonSchema, readGlobals } from '../../../src/site/index.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('site/globals');

const options = { services: ['keystone', 'load-balancer'], variables: ['keystone_port'] };
const read = (text: string) => readGlobals(text, 'globals.yml', options);
const problemsOf = (text: string) =>
  read(text).problems.map((one) => `${one.code} ${one.message} | ${one.hint}`);

test('one option is needed; the others have defaults', () => {
  const { read: found, problems } = read('internal_vip_address: 192.0.2.9\n');
  assert.equal(problems, []);
  const { values, ...globals } = found!.globals;
  assert.equal(globals, {
    site: 'slipway',
    containerPrefix: '',
    baseSuite: 'trixie',
    imageNamespace: 'slipway',
    imageTag: 'trixie',
    internalVip: '192.0.2.9',
    enabled: {},
  });
  assert.is(values['internal_vip_address'], '192.0.2.9');
});

test('an empty file misses just that', () => {
  assert.match(problemsOf('')[0] ?? '', 'E_SCHEMA_MISSING_KEY "internal_vip_address" is missing');
});

test('services are switched by name, with true and false', () => {
  const { read: found } = read(
    'internal_vip_address: 192.0.2.9\nenable_load_balancer: true\nenable_keystone: false\n',
  );
  assert.equal(found?.globals.enabled, { load_balancer: true, keystone: false });
  const [wrong] = problemsOf('internal_vip_address: 192.0.2.9\nenable_keystone: yes\n');
  assert.is(
    wrong,
    'E_SCHEMA_TYPE "enable_keystone" must be true or false | YAML 1.2 knows true and false only',
  );
});

test('unknown names get the nearest one, the place of Kolla-Ansible names, or the way to a name of one’s own', () => {
  const text = [
    'internal_vip_address: fd00::9',
    'keystone_prt: 1',
    'docker_registry: a',
    'enable_keyston: true',
    'colour: red',
    'x_colour: red',
  ];
  const hints = read(text.join('\n')).problems.map((one) => one.hint);
  assert.equal(hints.slice(0, 3), [
    'did you mean "keystone_port"?',
    'it is registry here',
    'did you mean "enable_keystone"?',
  ]);
  assert.match(hints[3] ?? '', 'a name of your own begins with x_');
  assert.is(hints.length, 4);
});

test('a tag such as 1.10 stays what it is', () => {
  const { read: found } = read('internal_vip_address: 192.0.2.9\nimage_tag: 1.10\n');
  assert.is(found?.globals.imageTag, '1.10');
});

test('the JSON Schemas have what editors need', () => {
  const globals = globalsJsonSchema({ keystone_port: 'where it listens' }) as Record<
    string,
    Record<string, unknown>
  >;
  assert.equal(globals['properties']?.['keystone_port'], { description: 'where it listens' });
  assert.is((globals as Record<string, unknown>)['additionalProperties'], false);
  const inventory = inventoryJsonSchema() as { properties: Record<string, unknown>; required: string[] };
  assert.equal([Object.keys(inventory.properties), inventory.required], [['hosts', 'groups'], ['hosts']]);
});
