import {
  type HostInterface,
  inUrl,
  isAddress,
  isInSubnet,
  readInventory,
  resolveAddresses,
} from '../../../src/site/index.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('site/addresses');

const eth0: HostInterface = {
  name: 'eth0',
  addresses: [
    { address: 'fe80::1', prefixLength: 64, family: 6 },
    { address: 'fd00::11', prefixLength: 64, family: 6 },
    { address: '192.0.2.11', prefixLength: 24, family: 4 },
  ],
};

function resolve(networks: string, interfaces?: readonly HostInterface[]) {
  const { read, problems } = readInventory(`hosts:\n  c1: { networks: ${networks} }\n`, 'inventory.yml');
  assert.equal(problems, []);
  const facts = new Map(interfaces ? [['c1', interfaces]] : []);
  const found = resolveAddresses(read!.inventory, facts);
  return { ...found.addresses.get('c1'), problems: found.problems };
}

test('an interface gives its first IPv4 address that is not link-local', () => {
  const { api } = resolve('{ api: { interface: eth0 } }', [eth0]);
  assert.equal(api, { address: '192.0.2.11', interface: 'eth0', prefixLength: 24 });
});

test('an interface that has IPv6 only gives that', () => {
  const v6 = { name: 'eth0', addresses: eth0.addresses.filter((one) => one.family === 6) };
  assert.is(resolve('{ api: { interface: eth0 } }', [v6]).api?.address, 'fd00::11');
});

test('a static address needs no facts, and learns its interface and length from them', () => {
  assert.equal(resolve('{ api: { address: 192.0.2.11 } }').api, { address: '192.0.2.11' });
  const { api } = resolve("{ api: { address: 'FD00:0::11' } }", [eth0]);
  assert.equal(api, { address: 'fd00::11', interface: 'eth0', prefixLength: 64 });
});

test('without facts an interface gives no address, and that is no problem yet', () => {
  assert.equal(resolve('{ api: { interface: eth0 } }'), { problems: [] });
});

test('a wrong interface, and one without an address, are problems at the network', () => {
  const [wrong] = resolve('{ api: { interface: eth1 } }', [eth0]).problems;
  assert.equal([wrong?.code, wrong?.at?.line, wrong?.hint], ['E_HOST_INTERFACE', 2, 'did you mean "eth0"?']);
  const [bare] = resolve('{ api: { interface: eth0 } }', [{ name: 'eth0', addresses: [] }]).problems;
  assert.match(bare?.message ?? '', 'has no address');
});

test('subnets, addresses and URLs of both families', () => {
  assert.is(isInSubnet('192.0.2.10', '192.0.2.1', 24), true);
  assert.is(isInSubnet('192.0.3.10', '192.0.2.1', 24), false);
  assert.is(isInSubnet('fd00::10', 'fd00::1', 64), true);
  assert.is(isInSubnet('fd00::10', '192.0.2.1', 24), false);
  assert.is(isInSubnet('nonsense', '192.0.2.1', 24), false);
  const texts = ['192.0.2.1', 'fd00::1', '192.0.2', '192.0.2.1/24', '0x7f.1', '1', 'eth0', ''];
  assert.equal(texts.filter(isAddress), ['192.0.2.1', 'fd00::1']);
  assert.equal([inUrl('192.0.2.1'), inUrl('fd00::1')], ['192.0.2.1', '[fd00::1]']);
});
