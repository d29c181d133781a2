import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src/lib/errors.ts';
import { type ActionWorld, actionWorld } from '../../helpers/action-context.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('actions/deployment');
const services = ['loadbalancer', 'mariadb', 'memcached', 'keystone'];

/** What the pipeline of a service does, for every service. */
async function deploy(world: ActionWorld): Promise<void> {
  for (const service of services) {
    await world.perform('slipway/images', { service });
    await world.perform('slipway/one-shots', { service, with: { before: 'containers' } });
    await world.perform('slipway/containers', { service });
    await world.perform('slipway/one-shots', { service, with: { before: 'ready' } });
  }
  await world.perform('slipway/orphans');
}

test('a deployment makes what is missing; a second one makes the two calls that observe and no other', async () => {
  const world = await actionWorld();
  await deploy(world);
  assert.equal(
    world.applied.map((change) => `${change.kind} ${change.target}`),
    [
      'create container haproxy',
      'create container keepalived',
      'run one-shot mariadb-bootstrap',
      'create container mariadb',
      'create container memcached',
      'run one-shot keystone-database',
      'run one-shot keystone-db-sync',
      'run one-shot keystone-bootstrap',
      'create container keystone',
    ],
  );
  world.engine.calls.length = 0;
  await world.startRun();
  await deploy(world);
  assert.equal(world.engine.calls, ['list containers', 'list volumes']);
});

test('a run that lost its lock between two containers of an action changes the second no more', async () => {
  const guard = (applied: readonly unknown[]) => {
    if (applied.length > 0) throw new UserError('E_LOCK_LOST', 'another run took the lock over');
  };
  const world = await actionWorld({ guard });
  await throwsCode(() => world.perform('slipway/containers', { service: 'loadbalancer' }), 'E_LOCK_LOST');
  assert.equal(
    world.applied.map((change) => change.target),
    ['container haproxy'],
  );
  assert.is(world.engine.byName('keepalived'), undefined);
});

test('a plan has no effect, and says of each change why', async () => {
  const world = await actionWorld();
  const { changes } = await world.plan('slipway/containers', { service: 'loadbalancer' });
  assert.equal(
    changes.map((one) => [one.target, one.kind, one.reasons]),
    [
      ['container haproxy', 'create', ['it does not exist']],
      ['container keepalived', 'create', ['it does not exist']],
    ],
  );
  assert.equal(world.engine.changes, []);
});

test('a changed template reloads HAProxy: validated first, then taken and signalled, never restarted', async () => {
  const world = await actionWorld();
  await deploy(world);
  const before = world.engine.byName('haproxy')?.id;
  world.engine.changes.length = 0;
  await world.startRun({ globals: 'haproxy_client_timeout: 9m\n' });
  const { changes } = await world.plan('slipway/containers', { service: 'loadbalancer' });
  assert.equal(
    changes.map((one) => [one.target, one.kind]),
    [['container haproxy', 'reload']],
  );
  assert.match(
    changes[0]?.reasons[0] ?? '',
    /^haproxy\.cfg changes at line \d+ \(from .*haproxy\.cfg\.njk:\d+:1\)$/,
  );
  assert.match(changes[0]?.diff ?? '', /\+ .*timeout client +9m/);
  await world.perform('slipway/containers', { service: 'loadbalancer' });
  const { changes: calls } = world.engine;
  const validated = calls.findIndex((call) => call.startsWith('exec bash in haproxy'));
  const signalled = calls.indexOf('signal SIGUSR2 to haproxy');
  assert.ok(validated >= 0 && validated < signalled, calls.join('\n'));
  assert.equal(
    calls.filter((call) => /^(stop|restart|create) haproxy$/.test(call)),
    [],
  );
  assert.is(world.engine.byName('haproxy')?.id, before);
});

test('what no enabled service wants any more is removed, its data kept; others are let be', async () => {
  const world = await actionWorld();
  await deploy(world);
  await world.engine.createContainer('stranger', { Image: 'slipway/memcached:trixie' });
  await world.startRun({
    globals: 'enable_memcached: false\nenable_keystone: false\nenable_mariadb: false\n',
  });
  const { changes } = await world.plan('slipway/orphans');
  assert.equal(
    changes
      .filter((one) => one.kind === 'remove')
      .map((one) => one.target)
      .sort()
      .slice(0, 3),
    ['container keystone', 'container mariadb', 'container memcached'],
  );
  await world.perform('slipway/orphans');
  assert.is(world.engine.byName('memcached'), undefined);
  assert.ok(world.engine.byName('stranger'));
  assert.ok(world.engine.volumes.has('mariadb'));
  assert.ok(world.said.some((line) => line.includes('volume mariadb holds data and is kept')));
});

test('data that is still in use is not spoken of when something else is removed', async () => {
  const world = await actionWorld();
  await deploy(world);
  await world.startRun({ globals: 'enable_memcached: false\n' });
  await world.perform('slipway/orphans');
  assert.is(world.engine.byName('memcached'), undefined);
  assert.equal(
    world.said.filter((line) => line.includes('holds data')),
    [],
  );
});

test('images that are not built stop a service before anything is made, one-shots included', async () => {
  const world = await actionWorld({ images: ['haproxy', 'keepalived', 'keystone'] });
  const error = await throwsCode(
    () => world.perform('slipway/images', { service: 'keystone' }),
    'E_IMAGE_MISSING',
  );
  assert.match(error.message, 'slipway/mariadb-server:trixie');
  assert.match(error.hint ?? '', 'slipway build');
  await world.perform('slipway/images', { service: 'loadbalancer' });
  assert.equal(world.engine.changes, []);
});

test('rendered configuration is written where it is asked for, for its owner only', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-config-'));
  try {
    const world = await actionWorld();
    const { outputs } = await world.perform('slipway/config', { service: 'mariadb', with: { directory } });
    assert.is(outputs['files'], '3');
    const file = join(directory, 'aio/mariadb/my.cnf');
    assert.match(readFileSync(file, 'utf8'), 'bind-address = 192.0.2.10');
    assert.is(statSync(file).mode & 0o777, 0o600);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a command in a container gives its output; an exit code other than 0 is an error', async () => {
  const world = await actionWorld();
  await deploy(world);
  await world.perform('slipway/exec', { with: { container: 'memcached', command: ['true'] } });
  const missing = () => world.perform('slipway/exec', { with: { container: 'nothing', command: 'ls' } });
  await throwsCode(missing, 'E_CONTAINER_NOT_RUNNING');
});

test('a service that is not enabled is named with what switches it on', async () => {
  const world = await actionWorld();
  const error = await throwsCode(
    () => world.plan('slipway/containers', { service: 'rabbitmq' }),
    'E_SERVICE',
  );
  assert.match(error.hint ?? '', 'enable_rabbitmq: true');
});
