import { localEngine } from '../../../src/hosts/index.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('hosts: where the engine answers');

const at = (DOCKER_HOST?: string, engineSocket?: string) =>
  localEngine({
    host: 'h1',
    env: { DOCKER_HOST },
    ...(engineSocket !== undefined && { engineSocket }),
  });

test("Docker's default where nothing is said", () => {
  assert.equal(at(), { kind: 'socket', path: '/var/run/docker.sock' });
  assert.equal(at('unix://'), { kind: 'socket', path: '/var/run/docker.sock' });
});

test('DOCKER_HOST is honoured', () => {
  assert.equal(at('unix:///run/user/1000/docker.sock'), {
    kind: 'socket',
    path: '/run/user/1000/docker.sock',
  });
  assert.equal(at('tcp://127.0.0.1:2375'), { kind: 'tcp', address: '127.0.0.1', port: 2375 });
  assert.equal(at('tcp://[::1]:2375'), { kind: 'tcp', address: '::1', port: 2375 });
});

test("the inventory's socket wins", () => {
  assert.equal(at('unix:///a', '/b'), { kind: 'socket', path: '/b' });
});

for (const address of ['tcp://10.0.0.1:2375', 'ssh://root@h2', 'npipe:////./pipe/docker', 'nonsense']) {
  test(`${address} is refused with what to write`, async () => {
    const error = await throwsCode(() => at(address), 'E_ENGINE_ADDRESS');
    assert.match(error.message, address);
    assert.match(error.hint ?? '', 'unix:///');
  });
}
