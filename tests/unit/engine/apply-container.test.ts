import { type ApplyPorts, applyContainer, observeHost, planContainer } from '../../../src/engine/index.ts';
import type { ContainerSpec } from '../../../src/lib/container-spec.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { makeSpec } from '../../helpers/container-specs.ts';
import { type FakeProgram, fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('engine: performing a plan');

const good = makeSpec({ image: { reference: 'app:1' } });
const bad = makeSpec({ image: { reference: 'app:bad' } });

/** Containers that check end with the code that `checks` says. */
function setUp(options: { readonly checks?: number; readonly onChange?: (call: string) => void } = {}) {
  const clock = manualClock();
  const checking = (program: FakeProgram): FakeProgram => ({
    ...program,
    exitCode: (one) =>
      one.config.Labels?.['slipway.role'] === 'check' ? (options.checks ?? 0) : program.exitCode?.(one),
  });
  const engine = fakeEngine({
    clock,
    images: {
      'app:1': checking({}),
      'app:2': checking({ log: '[ALERT] parsing [/x/app.conf:3] : what is this' }),
      'app:bad': { exitCode: () => 7, log: 'no database' },
      'app:refused': { startError: 'port is already allocated' },
    },
    onChange: (call, when) => {
      if (when === 'before') options.onChange?.(call);
    },
  });
  const told: string[] = [];
  const ports = (more: Partial<ApplyPorts> = {}): ApplyPorts => ({
    clock,
    signal: new AbortController().signal,
    progress: (text) => told.push(text),
    applied: (change) => told.push(`${change.kind} ${change.target}`),
    ...more,
  });
  const apply = async (spec: ContainerSpec, more: Partial<ApplyPorts> = {}) => {
    const plan = planContainer(spec, await observeHost(engine, { site: 'test' }));
    return applyContainer(engine, plan, ports(more));
  };
  return { engine, told, apply, ports };
}

const names = (engine: ReturnType<typeof fakeEngine>) =>
  [...engine.containers.values()].map((one) => one.name);

test('a change is told once it is made, and nothing is told where nothing is done', async () => {
  const { told, apply } = setUp();
  assert.equal(await apply(good), { changed: true });
  assert.equal(await apply(good), { changed: false });
  assert.equal(told, ['create container web']);
});

test('a new one that fails is rolled back with its exit code and log', async () => {
  const { engine, told, apply } = setUp();
  await apply(good);
  const error = await throwsCode(() => apply(bad), 'E_CONTAINER_ROLLED_BACK');
  assert.match(error.message, 'exit code was 7; the container before it was put back and runs');
  assert.match(error.message, 'no database');
  assert.equal(names(engine), ['web']);
  assert.is(engine.byName('web')?.image, 'app:1');
  assert.equal(
    told.filter((text) => text.startsWith('replace')),
    [],
  );
});

test('a new one that the engine refuses to start is rolled back', async () => {
  const { apply } = setUp();
  await apply(good);
  const error = await throwsCode(
    () => apply(makeSpec({ image: { reference: 'app:refused' } })),
    'E_CONTAINER_ROLLED_BACK',
  );
  assert.match(error.message, 'port is already allocated');
});

test('one that must not be rolled back stays with the one before it, and says how to go on', async () => {
  const { engine, apply } = setUp();
  await apply({ ...good, rollback: 'never' });
  const error = await throwsCode(() => apply({ ...bad, rollback: 'never' }), 'E_CONTAINER_UNPROVEN');
  assert.match(error.hint ?? '', 'kept as web.previous');
  assert.equal(names(engine).sort(), ['web', 'web.previous']);
});

test('where the one before does not run either, both reasons are told', async () => {
  const { engine, apply } = setUp({
    onChange: (call) => {
      if (call === 'rename web to web.previous') engine.images.set('app:1', { exitCode: () => 9 });
    },
  });
  await apply(good);
  const error = await throwsCode(() => apply(bad), 'E_CONTAINER_UNPROVEN');
  assert.match(
    error.message,
    'exit code was 7; the container before it was put back and ended and was restarted',
  );
  assert.match(error.message, 'exit code was 9');
});

test('a signal before the stop leaves the old one serving', async () => {
  const controller = new AbortController();
  const { engine, apply } = setUp({
    onChange: (call) => {
      if (call === 'create web.next') controller.abort();
    },
  });
  await apply(good);
  controller.signal.throwIfAborted = () => {
    throw new UserError('E_INTERRUPTED', 'stopped');
  };
  await throwsCode(
    () => apply(makeSpec({ image: { reference: 'app:2' } }), { signal: controller.signal }),
    'E_INTERRUPTED',
  );
  assert.is(engine.byName('web')?.status, 'running');
  assert.is(engine.byName('web')?.image, 'app:1');
});

test('a signal after the stop does not interrupt the swap', async () => {
  const controller = new AbortController();
  const { engine, apply } = setUp({
    onChange: (call) => {
      if (call === 'stop web') controller.abort();
    },
  });
  await apply(good);
  await apply(makeSpec({ image: { reference: 'app:2' } }), { signal: controller.signal });
  assert.equal(names(engine), ['web']);
  assert.is(engine.byName('web')?.image, 'app:2');
});

test('a run that lost its lock stops before the old one is stopped', async () => {
  let asked = 0;
  const guard = async () => {
    asked += 1;
    if (asked === 2) throw new UserError('E_LOCK_LOST', 'lost');
  };
  const { engine, apply } = setUp();
  await apply(good);
  await throwsCode(() => apply(makeSpec({ image: { reference: 'app:2' } }), { guard }), 'E_LOCK_LOST');
  assert.is(engine.byName('web')?.status, 'running');
});

test('a plan of what is there no more is stale', async () => {
  const { engine, apply, ports } = setUp();
  await apply(good);
  const plan = planContainer(bad, await observeHost(engine, { site: 'test' }));
  await engine.removeContainer('web');
  await throwsCode(() => applyContainer(engine, plan, ports()), 'E_PLAN_STALE');
});

test('a missing image is told before the old one is touched', async () => {
  const { engine, apply } = setUp();
  await apply(good);
  await throwsCode(() => apply(makeSpec({ image: { reference: 'app:9' } })), 'E_IMAGE_MISSING');
  assert.is(engine.byName('web')?.status, 'running');
});

test('a volume of this name that is not ours is left alone', async () => {
  const { engine, apply } = setUp();
  await engine.createVolume('data', { 'slipway.site': 'other' });
  const spec = makeSpec({ options: { volumes: ['data:/data'] } });
  await throwsCode(() => apply(spec), 'E_NAME_FOREIGN');
  assert.is(engine.containers.size, 0);
});

test('the server is drained before the stop and comes back once the new one is proven', async () => {
  const { engine, apply } = setUp();
  await apply(good);
  engine.changes.length = 0;
  await apply(makeSpec({ image: { reference: 'app:2' } }), {
    drain: async () => void engine.changes.push('DRAIN'),
    undrain: async () => void engine.changes.push('UNDRAIN'),
  });
  const order = engine.changes.filter((call) => /DRAIN|^stop|^start|remove web/.test(call));
  assert.equal(order, ['DRAIN', 'stop web', 'start web', 'UNDRAIN', 'remove web.previous']);
});

const reload = { validate: ['validate'], activate: ['kolla_activate_configs'], signal: 'HUP' };
const checked = (content: string, image = 'app:2') =>
  makeSpec({ image: { reference: image }, onChange: 'reload', reload, files: { 'app.conf': content } });

test('a configuration that its own check refuses is told before anything is made', async () => {
  const { engine, apply } = setUp({ checks: 1 });
  const error = await throwsCode(() => apply(checked('x')), 'E_CONFIG_INVALID');
  assert.match(error.message, '(app.conf, line 3)');
  assert.equal(names(engine), []);
});

test('an invalid configuration for a running container activates and signals nothing', async () => {
  const { engine, apply } = setUp();
  await apply(checked('one'));
  engine.images.set('app:2', {
    exec: ({ argv }) => (argv[0] === 'validate' ? { exitCode: 1, stderr: 'app.conf:1: no' } : {}),
  });
  const before = engine.byName('web')?.files.get('/var/lib/kolla/config_files/app.conf');
  await throwsCode(() => apply(checked('two')), 'E_CONFIG_INVALID');
  assert.is(engine.byName('web')?.files.get('/var/lib/kolla/config_files/app.conf'), before);
  assert.equal(engine.byName('web')?.signals, []);
  assert.equal([...engine.volumes.keys()], []);
});

test('a reload that does not verify is an error and is done again by the next run', async () => {
  const { engine, apply } = setUp();
  const verified = (content: string): ContainerSpec => ({
    ...checked(content),
    reload: { ...reload, verify: ['verify'] },
    proveTimeoutSeconds: 2,
  });
  await apply(verified('one'));
  let works = false;
  engine.images.set('app:2', {
    exec: ({ argv }) => (argv[0] === 'verify' && !works ? { exitCode: 1 } : undefined) as never,
  });
  const error = await throwsCode(() => apply(verified('two')), 'E_CONTAINER_RELOAD');
  assert.match(error.message, 'verify ended with exit code 1');
  works = true;
  assert.equal(await apply(verified('two')), { changed: true });
  assert.equal(await apply(verified('two')), { changed: false });
});
