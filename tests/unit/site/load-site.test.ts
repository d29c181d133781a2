import { loadSite, type SiteReading } from '../../../src/site/index.ts';
import { readingOf, siteOf, smallSite } from '../../helpers/site-files.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('site/load-site');

async function problemsOf(files: Record<string, string>, changes: Partial<SiteReading> = {}) {
  const { site, problems } = await loadSite(readingOf({ ...smallSite, ...files }, changes));
  assert.is(site, undefined);
  return problems.map(
    (one) => `${one.at?.file}:${one.at?.line}:${one.at?.column} ${one.code} ${one.message}`,
  );
}

test('a directory without its files is no site, and the hint says how to make one', async () => {
  const { problems } = await loadSite(readingOf({ 'globals.yml': '' }));
  assert.is(problems[0]?.code, 'E_SITE_NOT_FOUND');
  assert.match(problems[0]?.message ?? '', 'it has no inventory.yml');
  assert.match(problems[0]?.hint ?? '', 'slipway init all-in-one');
});

test('every problem of every file comes in one pass', async () => {
  const found = await problemsOf({
    'inventory.yml': 'hosts:\n  c1: { vars: { keystone_prt: 1, keystone_port: many } }\n',
    'globals.yml': 'internal_vip_address: 192.0.2.256\nnetwork_interface: eth0\ntags: x\n',
    'images.lock.yml': 'imges: {}\n',
    'config/keystone/keystone.cnf': '',
  });
  assert.equal(found, [
    '/site/globals.yml:1:23 E_SCHEMA_VALUE "internal_vip_address": must be an IP address, without the length of the network',
    '/site/globals.yml:2:1 E_SCHEMA_UNKNOWN_KEY unknown option "network_interface": no service documents it',
    '/site/globals.yml:3:7 E_SCHEMA_TYPE "tags" must be a list, not text ("x")',
    '/site/images.lock.yml:1:1 E_SCHEMA_UNKNOWN_KEY unknown key "imges"',
    '/site/inventory.yml:2:49 E_SCHEMA_TYPE "keystone_port" must be a number, not text ("many")',
    '/site/inventory.yml:2:31 E_SCHEMA_UNKNOWN_KEY unknown variable "keystone_prt": no service documents it',
    '/site/config/keystone/keystone.cnf:1:1 E_SITE_OVERRIDE the service "keystone" has no file "keystone.cnf", so this overrides nothing',
  ]);
});

test('a number where text is declared keeps what was written', async () => {
  const site = await siteOf();
  assert.is(site.variables(undefined).get('region_name')?.at(-1)?.value, '1.10');
});

test('--set stands above all and is read as globals.yml would be', async () => {
  const set = new Map([
    ['keystone_port', '7000'],
    ['region_name', '2.0'],
    ['container_prefix', 'x-'],
    ['enable_load_balancer', 'false'],
    ['x_own', '[1, 2]'],
  ]);
  const site = await siteOf(smallSite, { set });
  const value = (name: string) => site.variables('c2').get(name)?.at(-1);
  assert.equal(value('keystone_port'), { value: 7000, origin: { kind: 'set', name: '--set' } });
  assert.is(value('region_name')?.value, '2.0');
  assert.equal(value('x_own')?.value, [1, 2]);
  assert.is(site.globals.containerPrefix, 'x-');
  assert.equal(site.globals.enabled, { load_balancer: false });
});

test('--set has the same problems, at its name', async () => {
  const set = new Map([
    ['keystone_port', 'many'],
    ['regin_name', 'a'],
    ['tags', '[1'],
  ]);
  const found = await problemsOf({}, { set });
  assert.ok(
    found.some((one) => one.startsWith('--set keystone_port:1:1 E_SCHEMA_TYPE')),
    found.join('\n'),
  );
  assert.ok(found.some((one) => one.startsWith('--set regin_name:1:1 E_SCHEMA_UNKNOWN_KEY')));
  assert.ok(found.some((one) => one.includes('E_YAML_SYNTAX --set tags')));
});

test('overrides come lowest first: global, service, host', async () => {
  const site = await siteOf({
    ...smallSite,
    'config/global/keystone.conf': 'g',
    'config/keystone/keystone.conf': 's',
    'config/keystone/c1/keystone.conf': 'h',
    'config/keystone/deep/file.ini': 'd',
    'config/README.md': 'about',
    'config/keystone/.keep': '',
  });
  const texts = (host: string) => site.overrides('keystone', 'keystone.conf', host).map((one) => one.text);
  assert.equal(texts('c1'), ['g', 's', 'h']);
  assert.equal(texts('c2'), ['g', 's']);
  assert.equal(site.overrides('keystone', 'deep/file.ini', 'c1').length, 1);
});

test('an override that overrides nothing is a problem with the nearest name', async () => {
  const files = {
    'config/loose.conf': '',
    'config/keyston/keystone.conf': '',
    'config/keystone/c9/keystone.conf': '',
    'config/keystone/c1/keystone.cnf': '',
    'config/global/c1/keystone.conf': '',
    'config/global/haproxy.cgf': '',
  };
  const { problems } = await loadSite(readingOf({ ...smallSite, ...files }));
  assert.equal(
    problems.map((one) => [one.at?.file.slice('/site/config/'.length), one.hint]),
    [
      ['loose.conf', 'it belongs into config/SERVICE/, or config/global/ for every service'],
      ['keyston/keystone.conf', 'did you mean "keystone"?'],
      ['keystone/c9/keystone.conf', 'did you mean "c1"?'],
      ['keystone/c1/keystone.cnf', 'did you mean "keystone.conf"?'],
      ['global/c1/keystone.conf', 'use config/SERVICE/HOST/'],
      ['global/haproxy.cgf', 'did you mean "haproxy.cfg"?'],
    ],
  );
});

test('secrets that are closed or missing say so when one is read', async () => {
  const missing = await siteOf();
  const error = await throwsCode(() => missing.secrets.get('a'), 'E_SECRETS_FILE');
  assert.match(error.hint ?? '', 'slipway secrets init');
  const closed = await siteOf({ ...smallSite, 'secrets.yml': 'x' });
  await throwsCode(() => closed.secrets.hmacKey(), 'E_SECRETS_IDENTITY');
});
