import { balancerEntries, planServices, urlOf } from '../../../src/services/index.ts';
import { readerOf, type SiteDraft, serviceWorld, threeHosts } from '../../helpers/service-site.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('services/planning');

/** A service as demanding as nova: parts on different groups, privileges, devices, shared mounts, conditions. */
const compute = `
name: compute
description: virtual machines
needs: [mariadb]
group: [compute-api, control]
vars:
  compute_port: { default: 8774, type: number, description: the port of the API }
  compute_virt: { default: kvm, type: string, description: how machines are run }
  compute_weight: { default: 1, type: number, description: the share of a host }
containers:
  compute-api:
    image: compute-api
    command: compute-api --port \${{ vars.compute_port }}
    configs: []
  compute-agent:
    image: compute-agent
    group: compute
    when: \${{ vars.compute_virt == 'kvm' }}
    command: compute-agent
    configs: [agent.conf]
    privileged: true
    ipc_mode: host
    pid_mode: host
    cgroupns_mode: host
    devices: ['/dev/kvm:/dev/kvm:rwm']
    volumes: ['compute:/var/lib/compute:shared', '/run/libvirt:/run/libvirt:rshared', '/lib/modules:/lib/modules:ro']
    tmpfs: { /tmp: 'size=64m' }
    ulimits: { nofile: { soft: 1024, hard: '\${{ 4 }}' }, memlock: { soft: 67108864, hard: 67108864 } }
    rollback: never
configs:
  agent.conf: { template: agent.conf.njk, path: /etc/compute/agent.conf, owner: compute, format: ini }
loadbalancer:
  compute:
    port: \${{ vars.compute_port }}
    listen_port: 18774
    weight: \${{ vars.compute_weight }}
    active_passive: true
  compute_old:
    mode: redirect
    port: 80
    redirect_to: scheme https
endpoints:
  internal: http://\${{ site.internal_vip_url }}:\${{ vars.compute_port }}
`;

const template =
  '[DEFAULT]\nhost = {{ host.name }}\n{% for name in groups.compute %}\n# {{ name }}\n{% endfor %}\nlast = {{ vars.compute_virt }}\n';

const computeSite: SiteDraft = {
  inventory: threeHosts
    .replace('hosts: [c1, c2, c3]', 'hosts: [c1, c2], vars: { compute_weight: 3 }')
    .concat('  mariadb: { hosts: [c1] }\n  compute: { hosts: [c2, c3] }\n'),
  files: {
    'pipelines/services/compute/service.yml': compute,
    'pipelines/services/compute/agent.conf.njk': template,
  },
};

async function planOf(name: string, draft: SiteDraft) {
  const plan = planServices(await serviceWorld(draft), readerOf(draft)).find((one) => one.name === name);
  if (!plan) throw new Error(`no service ${name}`);
  return plan;
}

test('a service with parts on several groups: each container where its group and its condition say', async () => {
  const plan = await planOf('compute', computeSite);
  assert.equal(plan.hosts, ['c1', 'c2', 'c3']);
  assert.equal(
    plan.containers.map((spec) => `${spec.container}@${spec.host}`),
    ['compute-api@c1', 'compute-api@c2', 'compute-agent@c2', 'compute-agent@c3'],
  );
  const inventory = `${computeSite.inventory}`.replace(
    '{ hosts: [c2, c3] }',
    '{ hosts: [c2, c3], vars: { compute_virt: qemu } }',
  );
  const without = await planOf('compute', { ...computeSite, inventory });
  assert.equal(
    without.containers.map((spec) => spec.container),
    ['compute-api', 'compute-api'],
  );
});

test('all that a hypervisor needs reaches the options', async () => {
  const { containers } = await planOf('compute', { ...computeSite, globals: 'container_prefix: x-\n' });
  const agent = containers.find((spec) => spec.container === 'compute-agent');
  if (!agent) throw new Error('no agent');
  const { options } = agent;
  assert.is(options.privileged, true);
  assert.equal([options.ipcMode, options.pidMode, options.cgroupnsMode], ['host', 'host', 'host']);
  assert.equal(options.devices, ['/dev/kvm:/dev/kvm:rwm']);
  assert.equal(options.volumes, [
    'x-compute:/var/lib/compute:shared',
    '/run/libvirt:/run/libvirt:rshared',
    '/lib/modules:/lib/modules:ro',
  ]);
  assert.equal(options.ulimits, {
    nofile: { soft: 1024, hard: 4 },
    memlock: { soft: 67108864, hard: 67108864 },
  });
  assert.is(agent.rollback, 'never');
  assert.is(agent.name, 'x-compute-agent');
});

test('a line of a rendered file has its place in the template, or in the override that took its place', async () => {
  const { containers } = await planOf('compute', computeSite);
  const file = containers[2]?.files.find((one) => one.path === 'agent.conf');
  const lines = file?.content.split('\n') ?? [];
  assert.equal(lines.slice(0, 5), ['[DEFAULT]', 'host = c2', '# c2', '# c3', 'last = kvm']);
  assert.is(file?.origin?.(4)?.line, 6);
  assert.match(file?.origin?.(4)?.file ?? '', 'compute/agent.conf.njk');
  const files = { ...computeSite.files, 'config/compute/agent.conf': '[DEFAULT]\nlast = mine\n' };
  const merged = (await planOf('compute', { ...computeSite, files })).containers[2]?.files;
  assert.match(merged?.find((one) => one.path === 'agent.conf')?.content ?? '', 'last = mine');
});

test('entries have the members of the group with their weights; later ones are backups where one is active', async () => {
  const entries = balancerEntries(await serviceWorld(computeSite));
  const one = entries.find((entry) => entry.name === 'compute');
  assert.equal(one?.members, [
    { host: 'c1', address: '192.0.2.11', port: 18774, weight: 3, backup: false },
    { host: 'c2', address: '192.0.2.12', port: 18774, weight: 3, backup: true },
  ]);
  assert.equal(one?.addresses, ['192.0.2.250']);
  assert.equal(entries.find((entry) => entry.name === 'compute_old')?.members, []);
});

test('a redirect has a frontend and no backend', async () => {
  const plan = await planOf('loadbalancer', computeSite);
  const text = plan.containers[0]?.files.find((file) => file.path === 'haproxy.cfg')?.content ?? '';
  assert.match(
    text,
    'frontend compute_old\n    bind 192.0.2.250:80\n    mode http\n    http-request redirect scheme https',
  );
  assert.not.match(text, 'compute_old_back');
});

test('hashes say what changed: an option, a file, the key, and never the order', async () => {
  const haproxy = async (draft: SiteDraft) => (await planOf('loadbalancer', draft)).containers[0];
  const plain = await haproxy({});
  const same = await haproxy({});
  const other = await haproxy({ globals: 'haproxy_client_timeout: 9m\n' });
  const key = await haproxy({ secrets: { slipway_hmac_key: 'another' } });
  assert.equal([same?.engineHash, same?.configHash], [plain?.engineHash, plain?.configHash]);
  assert.is(other?.engineHash, plain?.engineHash);
  assert.is.not(other?.configHash, plain?.configHash);
  assert.is(other?.fileHashes?.['config.json'], plain?.fileHashes?.['config.json']);
  assert.is.not(key?.configHash, plain?.configHash);
});

test('a service that runs elsewhere has an address and nothing else', async () => {
  const draft = {
    globals: 'mariadb_external: true\ndatabase_address: db.example.org\ndatabase_port: 3307\n',
  };
  const plan = await planOf('mariadb', draft);
  assert.equal([plan.hosts, plan.containers, plan.oneShots, plan.checks, plan.listens], [[], [], [], [], []]);
  const keystone = await planOf('keystone', draft);
  const [database] = keystone.oneShots.map((one) => one.oneShot.spec);
  assert.match(
    database?.files.find((file) => file.path === 'root.cnf')?.content ?? '',
    'host=db.example.org',
  );
  assert.match(
    keystone.containers[0]?.files.find((file) => file.path === 'keystone.conf')?.content ?? '',
    '@db.example.org:3307/keystone',
  );
  const names = balancerEntries(await serviceWorld(draft)).map((entry) => entry.name);
  assert.equal(names, ['keystone']);
});

test('more members than a service can have are refused before anything is made', async () => {
  const error = await throwsCode(() => planOf('mariadb', { inventory: threeHosts }), 'E_SERVICE');
  assert.match(error.message, 'can have 1 host, and its group has 3: c1, c2, c3');
  assert.match(error.hint ?? '', 'make a group "mariadb"');
});

test('what is missing is named with its place', async () => {
  await throwsCode(() => planOf('mariadb', { secrets: { mariadb_root_password: '' } }), 'E_SERVICE_SECRET');
  await throwsCode(() => planOf('keystone', { globals: 'enable_mariadb: false\n' }), 'E_SERVICE');
  const world = await serviceWorld({ globals: 'enable_keystone: false\n' });
  await throwsCode(() => urlOf(world, 'keystone', 'internal'), 'E_SERVICE');
  await throwsCode(
    () => planOf('memcached', { globals: 'memcached_port: many\nmemcached_memory_mb: 64\n' }),
    'E_SERVICE_VALUE',
  );
});

test('addresses of IPv6 stand in brackets where a port follows', async () => {
  const inventory = `hosts:
  aio: { connection: local, networks: { api: { interface: br0, address: '2001:db8::10' } } }
groups: { control: { hosts: [aio] } }
`;
  const keystone = await planOf('keystone', { inventory });
  const text = keystone.containers[0]?.files.map((file) => file.content).join('\n') ?? '';
  assert.match(text, 'http-socket = [2001:db8::10]:5000');
  assert.match(text, 'memcache_servers = inet6:[2001:db8::10]:11211');
});
