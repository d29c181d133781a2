import {
  groupsContext,
  hostContext,
  hostsContext,
  siteContext,
  type Variable,
  variableValues,
} from '../../../src/site/index.ts';
import { siteOf, smallSite } from '../../helpers/site-files.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('site/variables');

const defaults = new Map<string, Variable>([
  ['keystone_port', { value: 5000, origin: { kind: 'service', name: 'keystone' } }],
]);

test('precedence: default, globals, all, parent, child, host, --set; the history keeps each with its place', async () => {
  const inventory = smallSite['inventory.yml']?.replace(
    'groups:',
    'groups:\n  all: { vars: { keystone_port: 4999 } }',
  );
  const globals = `${smallSite['globals.yml']}\nkeystone_port: 4998\n`;
  const set = new Map([['keystone_port', '1']]);
  const site = await siteOf({ 'inventory.yml': inventory ?? '', 'globals.yml': globals }, { set });
  const history = site.variables('c2', defaults).get('keystone_port') ?? [];
  assert.equal(
    history.map(({ value, origin }) => [value, `${origin.kind} ${origin.name}`, origin.at?.line]),
    [
      [5000, 'service keystone', undefined],
      [4998, 'globals globals.yml', 4],
      [4999, 'group all', 5],
      [5010, 'group cloud', 6],
      [5001, 'group control', 7],
      [5002, 'host c2', 3],
      [1, 'set --set', undefined],
    ],
  );
});

test('a child group wins over its parent wherever they stand in the file', async () => {
  const inventory = [
    'hosts: { c1: }',
    'groups:',
    '  child: { hosts: [c1], vars: { keystone_port: 2 } }',
    '  parent: { children: [middle], vars: { keystone_port: 1 } }',
    '  middle: { children: [child], vars: { keystone_port: 3 } }',
  ].join('\n');
  const site = await siteOf({ ...smallSite, 'inventory.yml': inventory });
  assert.is(variableValues(site.variables('c1'))['keystone_port'], 2);
  assert.equal(site.inventory.hosts.get('c1')?.groups, ['parent', 'middle', 'child']);
});

test('of two groups beside each other the later in the file wins', async () => {
  const groups = ['a', 'b', 'z', 'm'].map(
    (name, i) => `  ${name}: { hosts: [c1], vars: { keystone_port: ${i} } }`,
  );
  const inventory = ['hosts: { c1: }', 'groups:', ...groups].join('\n');
  const site = await siteOf({ ...smallSite, 'inventory.yml': inventory });
  const history = site.variables('c1').get('keystone_port') ?? [];
  assert.equal(
    history.map((one) => one.origin.name),
    ['a', 'b', 'z', 'm'],
  );
});

test('without a host, groups and hosts do not count', async () => {
  const site = await siteOf();
  assert.is(variableValues(site.variables(undefined, defaults))['keystone_port'], 5000);
});

test('what globals.yml does not say has its default, without a place', async () => {
  const site = await siteOf();
  const [only] = site.variables(undefined).get('base_suite') ?? [];
  assert.equal(only, { value: 'trixie', origin: { kind: 'globals', name: 'globals.yml' } });
});

test('networks of a child group and of the host win over those of a parent', async () => {
  const inventory = [
    'hosts:',
    '  c1: { networks: { tunnel: { interface: eth9 } } }',
    'groups:',
    '  all: { networks: { api: { interface: eth0 }, tunnel: { interface: eth1 } } }',
    '  cloud: { children: [control], networks: { api: { interface: eth2 } } }',
    '  control: { hosts: [c1], networks: { api: { interface: eth3 } } }',
  ].join('\n');
  const site = await siteOf({ ...smallSite, 'inventory.yml': inventory });
  const { api, tunnel } = site.inventory.hosts.get('c1')?.networks ?? {};
  assert.equal([api?.interface, tunnel?.interface], ['eth3', 'eth9']);
});

test('the contexts of expressions are plain data', async () => {
  const eth0 = { name: 'eth0', addresses: [{ address: 'fd00::2', prefixLength: 64, family: 6 as const }] };
  const site = await siteOf(smallSite, { interfaces: new Map([['c2', [eth0]]]) });
  const host = hostContext(site, 'c2');
  assert.equal(host['address'], { api: 'fd00::2' });
  assert.equal(host['address_url'], { api: '[fd00::2]' });
  assert.equal(host['interface'], { api: 'eth0' });
  assert.equal(host['groups'], ['cloud', 'control']);
  assert.equal(groupsContext(site), {
    all: ['c1', 'c2'],
    cloud: ['c1', 'c2'],
    control: ['c1', 'c2'],
    ungrouped: [],
  });
  assert.equal(Object.keys(hostsContext(site)), ['c1', 'c2']);
  const context = siteContext(site);
  assert.equal(
    [context['name'], context['internal_vip'], context['external_vip']],
    ['test', '192.0.2.9', '192.0.2.9'],
  );
  assert.equal(JSON.parse(JSON.stringify(hostsContext(site))), hostsContext(site));
});
