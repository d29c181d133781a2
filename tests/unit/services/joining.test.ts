import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigFile, ContainerSpec } from '../../../src/lib/container-spec.ts';
import type { UserError } from '../../../src/lib/errors.ts';
import { emptyImagesLock } from '../../../src/lib/images-lock.ts';
import {
  addressOf,
  balancerEntries,
  groupMembers,
  planServices,
  type ServiceWorld,
  siteFunctions,
  urlOf,
} from '../../../src/services/index.ts';
import { readerOf, type SiteDraft, serviceWorld, threeHosts } from '../../helpers/service-site.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('services/joining');
const cases = resolve(import.meta.dirname, '../../cases/services');
const crowd = `${threeHosts}  mariadb: { hosts: [c1] }\n`;

async function specOf(draft: SiteDraft, container: string, host?: string): Promise<ContainerSpec> {
  return specIn(await serviceWorld(draft), draft, { container, ...(host !== undefined && { host }) });
}

function specIn(
  world: ServiceWorld,
  draft: SiteDraft,
  wanted: { readonly container: string; readonly host?: string },
): ContainerSpec {
  const specs = planServices(world, readerOf(draft)).flatMap((plan) => plan.containers);
  const spec = specs.find(
    (one) => one.container === wanted.container && one.host === (wanted.host ?? one.host),
  );
  if (!spec) throw new Error(`no container ${wanted.container}`);
  return spec;
}

function fileIn(spec: ContainerSpec, path: string): ConfigFile {
  const file = spec.files.find((one) => one.path === path);
  if (!file) throw new Error(`no file ${path}`);
  return file;
}

/** A service with one container, one text and one entry of the load balancer, as a draft of a site. */
function appOf(lines: string, more: SiteDraft = {}): SiteDraft {
  const text = `name: app\ndescription: an application\ngroup: control\n${lines}`;
  return { ...more, files: { ...more.files, 'pipelines/services/app/service.yml': text } };
}

for (const [container, path, golden] of [
  ['haproxy', 'haproxy.cfg', 'haproxy-one.cfg'],
  ['keepalived', 'keepalived.conf', 'keepalived-one.conf'],
] as const) {
  test(`one host: ${path}`, async () => {
    const { content } = fileIn(await specOf({}, container), path);
    assert.fixture(content, readFileSync(`${cases}/${golden}`, 'utf8'));
  });
}

test('members, addresses and url are what the inventory and the endpoints say', async () => {
  const world = await serviceWorld({
    inventory: crowd,
    globals: 'external_vip_address: 192.0.2.251\nkeystone_port: 5443\n',
  });
  const { members, addresses, url } = siteFunctions(world) as Record<string, (...args: unknown[]) => unknown>;
  assert.equal(members?.('mariadb'), ['c1']);
  assert.equal(addresses?.('control', 'api'), ['192.0.2.11', '192.0.2.12', '192.0.2.13']);
  assert.is(url?.('keystone'), 'http://192.0.2.250:5443');
  assert.is(url?.('keystone', 'public'), 'http://192.0.2.251:5443');
  assert.is(urlOf(world, 'keystone', 'admin'), 'http://192.0.2.250:5443');
  assert.equal(groupMembers(world.site, ['absent', 'mariadb']), ['c1']);
});

test('a group, a network or a service that is not there is named', async () => {
  const world = await serviceWorld({ inventory: crowd });
  const group = await throwsCode(() => groupMembers(world.site, ['maria']), 'E_PATTERN_UNKNOWN');
  assert.match(group.hint ?? '', 'mariadb');
  const network = await throwsCode(() => addressOf(world.site, 'c1', 'storage'), 'E_HOST_INTERFACE');
  assert.match(network.hint ?? '', 'networks: { storage:');
  const service = await throwsCode(() => urlOf(world, 'keystne', 'internal'), 'E_SERVICE');
  assert.match(service.hint ?? '', 'keystone');
});

test('an INI of ours and of the operator are one; the one of the host has the last word', async () => {
  const files = {
    'config/keystone/keystone.conf': '[token]\nexpiration = 60\n[extra]\nown = {{ host.name }}\n',
    'config/keystone/c2/keystone.conf': '[token]\nexpiration = 90\n',
  };
  const draft = { inventory: crowd, files };
  const first = fileIn(await specOf(draft, 'keystone', 'c1'), 'keystone.conf');
  const second = fileIn(await specOf(draft, 'keystone', 'c2'), 'keystone.conf');
  assert.match(first.content, /\[token\]\nprovider = fernet\nexpiration = 60\n/);
  assert.match(first.content, /\[extra\]\nown = c1\n/);
  assert.match(second.content, /\[token\]\nprovider = fernet\nexpiration = 90\n/);
  assert.is(first.origin, undefined, 'a merged line has no single place');
});

test('a text of the operator stands in the place of ours, and its lines are found in it', async () => {
  const files = { 'config/loadbalancer/haproxy.cfg': '# {{ site.name }}\nglobal\n    {{ host.name }}\n' };
  const file = fileIn(await specOf({ files }, 'haproxy'), 'haproxy.cfg');
  assert.is(file.content, '# test\nglobal\n    aio\n');
  assert.match(file.origin?.(2)?.file ?? '', 'config/loadbalancer/haproxy.cfg');
  assert.is(file.origin?.(2)?.line, 3);
});

test('a text ends as its template does: HAProxy wants a last line break, a password none', async () => {
  assert.match(fileIn(await specOf({}, 'keepalived'), 'keepalived.conf').content, /}\n$/);
  assert.is(fileIn(await specOf({}, 'mariadb'), 'root_password').content, 'secret of mariadb_root_password');
});

test('a template that reads what is not there is an error at its line', async () => {
  const files = { 'config/loadbalancer/haproxy.cfg': 'global\n    {{ vars.no_such_thing }}\n' };
  const { at } = (await throwsCode(() => specOf({ files }, 'haproxy'), 'E_TEMPLATE_UNDEFINED')) as UserError;
  assert.match(at?.file ?? '', 'config/loadbalancer/haproxy.cfg');
  assert.is(at?.line, 2);
});

test('Keystone caches where memcached runs, and nowhere without it', async () => {
  const inventory = `${crowd}  memcached: { hosts: [c2, c3] }\n`;
  const { content } = fileIn(await specOf({ inventory }, 'keystone'), 'keystone.conf');
  assert.match(content, 'memcache_servers = 192.0.2.12:11211,192.0.2.13:11211\n');
  const draft = { globals: 'enable_memcached: false\n' };
  assert.match(
    fileIn(await specOf(draft, 'keystone'), 'keystone.conf').content,
    '[cache]\nenabled = False\n',
  );
});

test('another image with the same tag is another engine hash, known by the lock file', async () => {
  const draft = {};
  const world = await serviceWorld(draft);
  const hashWith = (id: string, tag = 'trixie') => {
    const locked = { tag, contentHash: `sha256:${'0'.repeat(64)}`, configDigest: id };
    const lock = { ...emptyImagesLock, images: { haproxy: locked } };
    return specIn({ ...world, site: { ...world.site, lock } }, draft, { container: 'haproxy' });
  };
  const [one, two] = [hashWith(`sha256:${'1'.repeat(64)}`), hashWith(`sha256:${'2'.repeat(64)}`)];
  assert.is(one.image.id, `sha256:${'1'.repeat(64)}`);
  assert.is.not(one.engineHash, two.engineHash);
  assert.is(one.configHash, two.configHash);
  const stale = hashWith(`sha256:${'1'.repeat(64)}`, 'bookworm');
  assert.is(stale.image.id, undefined);
  assert.is(stale.engineHash, specIn(world, draft, { container: 'haproxy' }).engineHash);
});

test('the order in which options are written changes no hash; a secret that changes is another file', async () => {
  const template = { 'pipelines/services/app/secret.njk': '{{ secrets.app_password }}\n' };
  const options = (env: string, password = 'x') =>
    specOf(
      appOf(
        `secrets: { app_password: {} }\nconfigs: { secret: { template: secret.njk, path: /etc/secret, owner: app } }\ncontainers: { app: { image: app, env: ${env} } }\n`,
        { files: template, secrets: { app_password: password } },
      ),
      'app',
    );
  const plain = await options("{ A: '1', B: '2' }");
  const turned = await options("{ B: '2', A: '1' }");
  const other = await options("{ A: '1', B: '3' }");
  const rotated = await options("{ A: '1', B: '2' }", 'y');
  assert.is(turned.engineHash, plain.engineHash);
  assert.is.not(other.engineHash, plain.engineHash);
  assert.is(rotated.engineHash, plain.engineHash);
  assert.is.not(rotated.configHash, plain.configHash);
  assert.equal(
    Object.keys(plain.fileHashes ?? {}).filter(
      (path) => rotated.fileHashes?.[path] !== plain.fileHashes?.[path],
    ),
    ['secret'],
  );
});

test('members have the port and the weight of their host', async () => {
  const inventory = crowd.replace(
    'c2: { connection: local,',
    'c2: { connection: local, vars: { app_port: 9001, app_weight: 7 },',
  );
  const draft = appOf(
    [
      'vars:',
      '  app_port: { default: 9000, type: number, description: where it listens }',
      '  app_weight: { default: 1, type: number, description: its share }',
      'loadbalancer:',
      `  app: { port: 80, listen_port: "\${{ vars.app_port }}", weight: "\${{ vars.app_weight }}", balance: source }`,
      `  outside: { port: 80, external: true, enabled: "\${{ site.external_vip != site.internal_vip }}" }`,
      '',
    ].join('\n'),
    { inventory, globals: 'external_vip_address: 192.0.2.251\n' },
  );
  const entries = balancerEntries(await serviceWorld(draft));
  const app = entries.find((one) => one.name === 'app');
  assert.is(app?.balance, 'source');
  assert.equal(
    app?.members.map((one) => [one.host, one.port, one.weight]),
    [
      ['c1', 9000, 1],
      ['c2', 9001, 7],
      ['c3', 9000, 1],
    ],
  );
  assert.equal(entries.find((one) => one.name === 'outside')?.addresses, ['192.0.2.251']);
  assert.is(
    balancerEntries(await serviceWorld({ ...draft, globals: '' })).find((one) => one.name === 'outside'),
    undefined,
  );
});

test('two entries at one port of an address, or of one name, are refused with both their services', async () => {
  const port = await throwsCode(
    async () => balancerEntries(await serviceWorld(appOf('loadbalancer: { app: { port: 5000 } }\n'))),
    'E_SERVICE',
  );
  assert.match(port.message, 'have the port 5000 of 192.0.2.250: "app" of app, "keystone" of keystone');
  const name = await throwsCode(
    async () => balancerEntries(await serviceWorld(appOf('loadbalancer: { keystone: { port: 80 } }\n'))),
    'E_SERVICE',
  );
  assert.match(name.message, 'have the name keystone');
  const draft = appOf('loadbalancer: { app: { port: 5000, enabled: false } }\n');
  balancerEntries(await serviceWorld(draft));
});
