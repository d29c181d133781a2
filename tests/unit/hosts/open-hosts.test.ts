import { openHosts } from '../../../src/hosts/index.ts';
import type { Host, HostTransport } from '../../../src/site/index.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('hosts: registry');

const at = { file: 'inventory.yml', line: 3, column: 5 };
const host = (name: string, transport: HostTransport): Host => ({
  name,
  at,
  transport,
  groups: [],
  networks: {},
});

const hosts = new Map([
  ['ctl1', host('ctl1', { kind: 'local', engineSocket: '/run/ctl1.sock' })],
  ['far1', host('far1', { kind: 'ssh', address: '10.0.0.9', port: 22, user: 'root' })],
]);
const registry = openHosts({ hosts, env: {} });

test('a local host is reached here, its engine by its own socket', async () => {
  const connection = await registry.connect('ctl1');
  assert.is(connection.sharesFiles, true);
  assert.equal(await connection.engine(), { kind: 'socket', path: '/run/ctl1.sock' });
});

test('no name is the control machine', async () => {
  assert.is((await registry.connect(undefined)).host, 'localhost');
});

test('a host over SSH is refused at its place in the inventory', async () => {
  const error = await throwsCode(() => registry.connect('far1'), 'E_HOST_TRANSPORT');
  assert.equal((error as unknown as { at: unknown }).at, at);
});

test('a wrong name gets the nearest one', async () => {
  const error = await throwsCode(() => registry.connect('ctl2'), 'E_HOST_UNKNOWN');
  assert.is(error.hint, 'did you mean "ctl1"?');
});
