import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserError } from '../../../src/lib/errors.ts';
import { actionWorld } from '../../helpers/action-context.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('actions/service work');
const mariadb = 'slipway/mariadb-server:trixie';

/** A world in which the database runs; its one-shots are no part of it. */
async function withDatabase() {
  const world = await actionWorld();
  await world.perform('slipway/containers', { service: 'mariadb' });
  return world;
}

test("a service's checks are tried until they hold", async () => {
  const world = await withDatabase();
  let asked = 0;
  world.engine.images.set(mariadb, {
    exec: ({ argv }) => {
      assert.is(argv[0], 'mariadb-admin');
      asked += 1;
      return { exitCode: asked < 4 ? 1 : 0, stderr: 'error: connect failed\n' };
    },
  });
  const { changed } = await world.perform('slipway/checks', { service: 'mariadb' });
  assert.equal([asked, changed], [4, false]);
});

test('a check that never holds says what it asked, of whom, and the last answer', async () => {
  const world = await withDatabase();
  world.engine.images.set(mariadb, {
    exec: () => ({ exitCode: 1, stdout: 'mariadb-admin\n', stderr: 'first\naccess denied\n' }),
  });
  const error = await throwsCode(
    () => world.perform('slipway/checks', { service: 'mariadb' }),
    'E_ASSERTION',
  );
  assert.match(error.message, 'aio: "the database answers at the virtual address" is not so');
  assert.match(error.message, 'mariadb-admin in mariadb says: access denied');
  assert.match(error.hint ?? '', 'slipway logs');
});

test('a command in a container: its argument vector, its user and its input as they are; a text goes to a shell', async () => {
  const world = await withDatabase();
  const seen: unknown[] = [];
  world.engine.images.set(mariadb, {
    exec: ({ argv, user, stdin }) => {
      seen.push([argv, user, stdin]);
      return { stdout: 'done\n' };
    },
  });
  const { outputs } = await world.perform('slipway/exec', {
    with: { container: 'mariadb', command: ['mariadb', "--execute=SELECT 'a b'"], user: '0', stdin: 'x' },
  });
  assert.is(outputs['stdout'], 'done\n');
  await world.perform('slipway/exec', { with: { container: 'mariadb', command: 'ls | wc' } });
  assert.equal(seen, [
    [['mariadb', "--execute=SELECT 'a b'"], '0', 'x'],
    [['sh', '-c', 'ls | wc'], undefined, undefined],
  ]);
});

test('a command that ends with another exit code than 0 fails its step', async () => {
  const world = await withDatabase();
  world.engine.images.set(mariadb, { exec: () => ({ exitCode: 3 }) });
  const error = await throwsCode(
    () => world.perform('slipway/exec', { with: { container: 'mariadb', command: ['false'] } }),
    'E_STEP_EXIT',
  );
  assert.match(error.message, 'false in mariadb ended with exit code 3');
});

test('with a registry, images that are not here are to be pulled, each once', async () => {
  const draft = { globals: 'registry: registry.example.org\nenable_memcached: false\n' };
  const world = await actionWorld({ draft });
  const { changes } = await world.plan('slipway/images', { service: 'keystone' });
  assert.equal(
    changes.map((one) => [one.kind, one.target]),
    [
      ['pull', 'image registry.example.org/slipway/keystone:trixie'],
      ['pull', 'image registry.example.org/slipway/mariadb-server:trixie'],
    ],
  );
});

test('configuration that can not be written is an error that names the file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-config-'));
  try {
    writeFileSync(join(directory, 'aio'), 'in the way');
    const world = await actionWorld();
    const given = { service: 'memcached', with: { directory } };
    const error = await throwsCode(() => world.perform('slipway/config', given), 'E_FILE_UNWRITABLE');
    assert.match(error.message, join(directory, 'aio/memcached'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a configuration that does not render stops its service before anything is made', async () => {
  const world = await actionWorld({
    draft: { files: { 'config/loadbalancer/haproxy.cfg': '{{ vars.nothing }}\n' } },
  });
  const error = (await throwsCode(
    () => world.perform('slipway/config', { service: 'loadbalancer' }),
    'E_TEMPLATE_UNDEFINED',
  )) as UserError;
  assert.match(error.at?.file ?? '', 'config/loadbalancer/haproxy.cfg');
  assert.equal(world.engine.changes, []);
});
