import { readInterfaces, readSystemFacts } from '../../../src/hosts/host-facts.ts';
import { interfacesOf, localConnection, systemFactsOf } from '../../../src/hosts/index.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('hosts: facts');

test('reads what ip prints, without link-local addresses', () => {
  const text = JSON.stringify([
    {},
    {
      ifname: 'eth0',
      flags: ['BROADCAST', 'UP', 'LOWER_UP'],
      addr_info: [
        { family: 'inet', local: '10.0.0.5', prefixlen: 24, scope: 'global' },
        { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
        { family: 'inet6', local: 'fd00::5', prefixlen: 64, scope: 'global' },
      ],
    },
    { ifname: 'eth1', flags: ['BROADCAST'], addr_info: [] },
  ]);
  assert.equal(readInterfaces(text), [
    {
      name: 'eth0',
      up: true,
      addresses: [
        { address: '10.0.0.5', prefixLength: 24 },
        { address: 'fd00::5', prefixLength: 64 },
      ],
    },
    { name: 'eth1', up: false, addresses: [] },
  ]);
});

test('reads memory, disk, clock and system', () => {
  const text = [
    'now 1700000000123',
    'cpus 2',
    'kernel 6.1.0',
    'MemTotal: 2048',
    'MemAvailable: 1024',
    'disk 1000 400',
    'os debian 12',
  ].join('\n');
  assert.equal(readSystemFacts(text), {
    nowMs: 1_700_000_000_123,
    cpus: 2,
    memoryTotalBytes: 2_097_152,
    memoryAvailableBytes: 1_048_576,
    diskTotalBytes: 1_024_000,
    diskFreeBytes: 409_600,
    distribution: 'debian',
    distributionVersion: '12',
    kernel: '6.1.0',
  });
});

test('what a host would not tell is absent', () => {
  assert.equal(Object.keys(readSystemFacts('now 5\ncpus \nkernel \nos  \n')), ['nowMs']);
});

test('this machine has a loopback, memory and a disk', async () => {
  const here = localConnection({ host: 'here', env: process.env });
  const interfaces = await interfacesOf(here);
  assert.ok(interfaces.some((one) => one.addresses.some(({ address }) => address === '127.0.0.1')));
  const facts = await systemFactsOf(here, { diskPath: '/' });
  assert.ok((facts.memoryTotalBytes ?? 0) > 0);
  assert.ok((facts.diskFreeBytes ?? 0) > 0);
  assert.ok(Math.abs(facts.nowMs - Date.now()) < 10_000);
});
