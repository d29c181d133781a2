import { applyOneShot, doneVolume, observeHost, planOneShot } from '../../../src/engine/index.ts';
import type { OneShotSpec } from '../../../src/lib/container-spec.ts';
import { makeOneShot, makeSpec } from '../../helpers/container-specs.ts';
import { type FakeContainer, type FakeProgram, fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('engine: one-shots');

const isProbe = (one: FakeContainer) => one.config.Labels?.['slipway.role'] === 'probe';

function setUp(program: FakeProgram = { exitCode: () => 0 }) {
  const clock = manualClock();
  const engine = fakeEngine({ clock, images: { 'app:1': program, 'app:2': program } });
  const told: string[] = [];
  const ports = {
    clock,
    signal: new AbortController().signal,
    progress: (text: string) => told.push(text),
    applied: (change: { kind: string; target: string }) => told.push(`${change.kind} ${change.target}`),
  };
  const plan = async (oneShot: OneShotSpec) =>
    planOneShot(oneShot, await observeHost(engine, { site: 'test' }));
  const run = async (oneShot: OneShotSpec) => applyOneShot(engine, await plan(oneShot), ports);
  return { clock, engine, told, plan, run };
}

test('it runs once, leaves a record, and is not called for again', async () => {
  const { engine, told, plan, run } = setUp();
  assert.equal(await run(makeOneShot()), { changed: true });
  assert.equal(told, ['run one-shot web-db-sync']);
  assert.is(engine.containers.size, 0);
  const again = await plan(makeOneShot());
  assert.is(again.kind, 'none');
  engine.calls.length = 0;
  assert.equal(await run(makeOneShot()), { changed: false });
  assert.equal(engine.calls, ['list containers', 'list volumes']);
});

test('where the data says that it is done, only the record is made', async () => {
  const { engine, told, run } = setUp({ exitCode: (one) => (isProbe(one) ? 0 : 1) });
  assert.equal(await run(makeOneShot({ done: ['is-done'] })), { changed: false });
  assert.equal(told, ["web-db-sync: the service's data says that it is done"]);
  assert.ok(engine.volumes.has(doneVolume('web-db-sync')));
});

test('when its image changed it runs again, if it says so', async () => {
  const { plan, run } = setUp();
  const one = (image: string, when: OneShotSpec['when']) =>
    makeOneShot({ when, spec: makeSpec({ container: 'web-db-sync', image: { reference: image } }) });
  await run(one('app:1', 'image-changed'));
  assert.is((await plan(one('app:1', 'image-changed'))).kind, 'none');
  assert.equal((await plan(one('app:2', 'image-changed'))).reasons, ['its image changed']);
  assert.is((await plan(one('app:2', 'install'))).kind, 'none');
});

test('when the members changed it runs again, if it says so', async () => {
  const { plan, run } = setUp();
  await run(makeOneShot({ when: 'members-changed' }));
  const changed = await plan(makeOneShot({ when: 'members-changed', membersHash: 'members-2' }));
  assert.equal(changed.reasons, ['the members of the group changed']);
});

test('one that fails says its exit code and the end of its log, and leaves no record', async () => {
  const { engine, run } = setUp({ exitCode: () => 2, log: 'access denied' });
  const error = await throwsCode(() => run(makeOneShot()), 'E_ONE_SHOT_FAILED');
  assert.match(error.message, 'ended with exit code 2');
  assert.match(error.message, 'access denied');
  assert.is(engine.volumes.size, 0);
  assert.is(engine.containers.size, 0);
});

test('one that says it is done and is not has failed', async () => {
  const { run } = setUp({ exitCode: (one) => (isProbe(one) ? 1 : 0) });
  const error = await throwsCode(() => run(makeOneShot({ done: ['is-done'] })), 'E_ONE_SHOT_FAILED');
  assert.match(error.message, 'says that it is not done');
});

test('one that does not end in its time is stopped', async () => {
  const { engine, run } = setUp({});
  const error = await throwsCode(() => run(makeOneShot({ timeoutSeconds: 5 })), 'E_ONE_SHOT_FAILED');
  assert.match(error.message, 'did not end within 5 s');
  assert.is(engine.containers.size, 0);
});

test('one that a killed run left running is let to its end before anything else', async () => {
  const { engine, told, plan, run } = setUp({ exitCode: () => 0, runsForMs: 4_000 });
  const id = await engine.createContainer('web-db-sync', {
    Image: 'app:1',
    Labels: { 'slipway.site': 'test', 'slipway.role': 'one-shot' },
  });
  await engine.startContainer(id);
  assert.is((await plan(makeOneShot())).kind, 'run');
  await run(makeOneShot());
  assert.match(told[0] ?? '', 'still runs since an earlier run');
  assert.is(engine.containers.size, 0);
});

test('a signal does not cut a one-shot off in the middle', async () => {
  const { plan } = setUp();
  const controller = new AbortController();
  const clock = manualClock();
  const ports = {
    clock: {
      now: clock.now,
      sleep: async (ms: number, signal?: AbortSignal) => {
        controller.abort();
        await clock.sleep(ms, signal);
      },
    },
    signal: controller.signal,
    progress: () => {},
    applied: () => {},
  };
  const world = fakeEngine({ clock, images: { 'app:1': { exitCode: () => 0, runsForMs: 4_000 } } });
  assert.equal(await applyOneShot(world, await plan(makeOneShot()), ports), { changed: true });
  assert.is(world.containers.size, 0);
  assert.ok(world.volumes.has(doneVolume('web-db-sync')));
});
