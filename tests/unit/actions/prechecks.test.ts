import { listeners } from '../../../src/actions/ports-in-use.ts';
import { actionWorld, type HostAnswers } from '../../helpers/action-context.ts';
import type { SiteDraft } from '../../helpers/service-site.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('actions/prechecks');
const now = 1_700_000_000_000;

type Machine = {
  readonly memoryKb?: number;
  readonly diskKb?: number;
  readonly clockMs?: number;
  readonly interfaces?: readonly {
    readonly name: string;
    readonly address: string;
    readonly flags?: string;
  }[];
  /** Rows of /proc/net/tcp that listen: address and port in hexadecimal. */
  readonly listening?: readonly string[];
  readonly answerer?: string;
};

/** A machine as its commands tell of it. */
function machine(given: Machine = {}): HostAnswers {
  const { interfaces = [{ name: 'br0', address: '192.0.2.10' }] } = given;
  return (argv) => {
    if (argv[0] === 'ip') {
      const rows = interfaces.map((one) => ({
        ifname: one.name,
        flags: [one.flags ?? 'UP'],
        addr_info: [{ local: one.address, prefixlen: 24, scope: 'global' }],
      }));
      return JSON.stringify(rows);
    }
    if (argv.includes('neighbour')) return given.answerer ?? '';
    if (argv.includes('facts')) {
      const { memoryKb = 4_000_000, diskKb = 9_000_000, clockMs = now } = given;
      return `now ${clockMs}\nMemAvailable: ${memoryKb}\ndisk 20000000 ${diskKb}\nos debian 12\n`;
    }
    const rows = (given.listening ?? []).map(
      (one, at) => `  ${at}: ${one} 00000000:0000 0A 00000000:00000000`,
    );
    return `  sl  local_address rem_address   st\n${rows.join('\n')}\n`;
  };
}

async function problemsOf(given: Machine, draft: SiteDraft = {}, before = 'deploy'): Promise<string> {
  const world = await actionWorld({ answers: machine(given), draft });
  const error = await throwsCode(
    () => world.perform('slipway/prechecks', { with: { before } }),
    'E_PRECHECK',
  );
  assert.equal(world.engine.changes, []);
  return error.message;
}

test('a machine that is fit has no problem', async () => {
  const world = await actionWorld({ answers: machine() });
  const { outputs } = await world.perform('slipway/prechecks');
  assert.is(outputs['problems'], '0');
});

test('every problem of a host in one go', async () => {
  const message = await problemsOf({
    memoryKb: 200_000,
    diskKb: 1000,
    clockMs: now + 60_000,
    // 192.0.2.10:3306 by MariaDB's, all addresses:5000 by Keystone's port.
    listening: ['0A0200C0:0CEA', '00000000:1388'],
    answerer: '02:00:00:00:00:01',
  });
  for (const part of [
    'has 7 problems',
    'memory available: 195 MiB, and 1024 MiB are needed',
    'disk space free below /var/lib: 0 MiB',
    'its clock differs by 60.0 s',
    'the virtual address 192.0.2.250 is in use: 02:00:00:00:00:01 answers at it',
    'port 5000 of 192.0.2.250, which loadbalancer needs, is in use by something else',
    'port 3306 of 192.0.2.10, which mariadb needs, is in use by something else',
    'port 5000 of 192.0.2.10, which keystone needs, is in use by something else',
  ]) {
    assert.match(message, part);
  }
});

test("ports, memory and the virtual address that the site's own containers hold are no problem", async () => {
  const answers = machine({ memoryKb: 200_000, listening: ['0A0200C0:2BCB'], answerer: '02:00:00:00:00:01' });
  const world = await actionWorld({ answers });
  for (const service of ['loadbalancer', 'memcached']) await world.perform('slipway/containers', { service });
  await world.startRun();
  await world.perform('slipway/prechecks');
});

test('a virtual address outside of the network, on the host, or on an interface that is not there', async () => {
  const outside = await problemsOf({}, { globals: '', inventory: inventoryAt('198.51.100.10') });
  assert.match(outside, 'its api address 198.51.100.10 is on none of its interfaces');
  const far = await problemsOf(
    { interfaces: [{ name: 'br0', address: '198.51.100.10' }] },
    { inventory: inventoryAt('198.51.100.10') },
  );
  assert.match(far, 'the virtual address 192.0.2.250 is not in the network of 198.51.100.10/24');
  const own = await problemsOf(
    { interfaces: [{ name: 'br0', address: '192.0.2.250' }] },
    { inventory: inventoryAt('192.0.2.250') },
  );
  assert.match(own, "the virtual address 192.0.2.250 is the host's own");
  const nowhere = await problemsOf({}, { globals: 'internal_vip_interface: eth9\n' });
  assert.match(nowhere, 'the interface eth9 of the virtual address is not there');
  assert.match(
    await problemsOf({ interfaces: [{ name: 'br0', address: '192.0.2.10', flags: 'DOWN' }] }),
    'br0 is down',
  );
});

test('a virtual address that stands on the host is a problem unless a Keepalived of the site is there', async () => {
  const interfaces = [
    { name: 'br0', address: '192.0.2.10' },
    { name: 'eth1', address: '192.0.2.250' },
  ];
  const message = await problemsOf({ interfaces });
  assert.match(message, 'has 1 problem:');
  assert.match(message, 'the virtual address 192.0.2.250 stands on its interface eth1');
  assert.match(message, 'ip address del 192.0.2.250 dev eth1');
  const world = await actionWorld({ answers: machine({ interfaces }) });
  await world.perform('slipway/containers', { service: 'loadbalancer' });
  await world.engine.stopContainer('keepalived');
  await world.startRun();
  await world.perform('slipway/prechecks');
  await world.engine.renameContainer('keepalived', 'keepalived.previous');
  await world.startRun();
  await world.perform('slipway/prechecks');
});

test('the external virtual address is looked at as well', async () => {
  const draft = { globals: 'external_vip_address: 192.0.2.251\n' };
  const message = await problemsOf(
    {
      interfaces: [
        { name: 'br0', address: '192.0.2.10' },
        { name: 'br0', address: '192.0.2.251' },
      ],
      answerer: '02:00:00:00:00:01',
    },
    draft,
  );
  assert.match(message, 'the virtual address 192.0.2.251 stands on its interface br0');
  assert.match(message, 'the virtual address 192.0.2.250 is in use: 02:00:00:00:00:01 answers');
});

test('secrets and images that are missing, each named; before bootstrap they are not looked for', async () => {
  const draft = { secrets: { mariadb_root_password: '' } };
  const world = await actionWorld({ answers: machine(), draft, images: ['haproxy', 'keepalived'] });
  const error = await throwsCode(() => world.perform('slipway/prechecks'), 'E_PRECHECK');
  assert.match(error.message, 'service "mariadb" needs the secret mariadb_root_password');
  assert.match(error.message, 'the image slipway/keystone:trixie, which keystone needs, is not built');
  assert.not.match(error.message, 'slipway/haproxy');
  await world.perform('slipway/prechecks', { with: { before: 'bootstrap' } });
});

test("the kernel's tables give addresses of both families", async () => {
  const rows = [
    '  0: 0100007F:1F90 00000000:0000 0A 0',
    '  1: 0100007F:0016 0100007F:D431 01 0',
    '  2: 00000000000000000000000000000000:0050 0:0 0A 0',
    '  3: 0000000000000000FFFF00000A0200C0:01BB 0:0 0A 0',
    '  4: B80D0120000000000000000010000000:1388 0:0 0A 0',
  ];
  assert.equal(await listeners(async () => rows.join('\n')), [
    { address: '127.0.0.1', port: 8080 },
    { address: '*', port: 80 },
    { address: '192.0.2.10', port: 443 },
    { address: '2001:db8::10', port: 5000 },
  ]);
});

test('kernel settings: only what differs is a change, and it is written for the next start', async () => {
  const scripts: (readonly string[])[] = [];
  const settings = { 'net.ipv4.ip_nonlocal_bind': '1' };
  let value = '0';
  let file = '';
  const world = await actionWorld({
    answers: (argv) => {
      scripts.push(argv);
      if (argv.includes('read')) return file;
      if (argv[1] === '-ec') {
        value = '1';
        file = argv[5] ?? '';
        return '';
      }
      return `${value}\n`;
    },
  });
  const { changes } = await world.plan('slipway/sysctl', { with: { settings } });
  assert.equal(
    changes.map((one) => [one.target, one.reasons]),
    [
      ['kernel setting net.ipv4.ip_nonlocal_bind', ['it is 0, not 1']],
      ['file /etc/sysctl.d/60-slipway.conf', ['it is not there']],
    ],
  );
  assert.is((await world.perform('slipway/sysctl', { with: { settings } })).changed, true);
  assert.is((await world.perform('slipway/sysctl', { with: { settings } })).changed, false);
  await throwsCode(
    () => world.plan('slipway/sysctl', { with: { settings: { '../../etc/passwd': 'x' } } }),
    'E_ACTION_INPUT',
  );
});

test('a kernel setting that may be missing is no change where the kernel has none of its name', async () => {
  const settings = { 'net.ipv4.ip_nonlocal_bind': '1', '-net.ipv6.ip_nonlocal_bind': '1' };
  const written: (readonly string[])[] = [];
  const world = await actionWorld({
    answers: (argv) => {
      if (argv[1] === '-ec') written.push(argv.slice(4));
      return argv.includes('read') || argv[1] === '-ec' ? '' : '0\n\n';
    },
  });
  await world.perform('slipway/sysctl', { with: { settings } });
  assert.equal(written, [
    [
      '/etc/sysctl.d/60-slipway.conf',
      '# Written by slipway.\nnet.ipv4.ip_nonlocal_bind = 1\n-net.ipv6.ip_nonlocal_bind = 1\n',
      'net.ipv4.ip_nonlocal_bind',
      '1',
    ],
  ]);
  const needed = { 'net.ipv6.ip_nonlocal_bind': '1' };
  const { changes } = await world.plan('slipway/sysctl', { with: { settings: needed } });
  assert.equal(changes[0]?.reasons, ['it is 0, not 1']);
});

function inventoryAt(address: string): string {
  return `hosts:
  aio: { connection: local, networks: { api: { interface: br0, address: ${address} } } }
groups: { control: { hosts: [aio] } }
`;
}
