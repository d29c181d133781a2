import { applyRemoval, observeHost, planDestroy, planOrphans } from '../../../src/engine/index.ts';
import { fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine: orphans');

async function setUp() {
  const clock = manualClock();
  const engine = fakeEngine({ clock });
  const own = (role: string, container: string) => ({
    'slipway.site': 'test',
    'slipway.role': role,
    'slipway.container': container,
  });
  for (const name of ['web', 'old', 'old.previous']) {
    const id = await engine.createContainer(name, { Image: 'app:1', Labels: own('service', name) });
    if (name !== 'old.previous') await engine.startContainer(id);
  }
  await engine.createContainer('foreign', { Image: 'app:1' });
  await engine.createContainer('slipway-lock-test', { Image: 'app:1', Labels: own('lock', '') });
  await engine.createVolume('web-data', own('data', 'web'));
  await engine.createVolume('old-data', own('data', 'old'));
  await engine.createVolume('slipway.applied.web', own('applied', 'web'));
  await engine.createVolume('slipway.applied.old', own('applied', 'old'));
  await engine.createVolume('slipway.done.old', own('done', 'old'));
  const told: string[] = [];
  const ports = {
    clock,
    signal: new AbortController().signal,
    progress: () => {},
    applied: (change: { target: string }) => told.push(change.target),
  };
  return { engine, facts: await observeHost(engine, { site: 'test' }), ports, told };
}

test('what nothing wants is removed with its records; data is kept and named', async () => {
  const { engine, facts, ports, told } = await setUp();
  const plan = planOrphans(facts, new Set(['web']));
  assert.equal(plan.keptVolumes, ['old-data']);
  await applyRemoval(engine, plan, ports);
  assert.equal([...engine.containers.values()].map((one) => one.name).sort(), [
    'foreign',
    'slipway-lock-test',
    'web',
  ]);
  assert.equal([...engine.volumes.keys()].sort(), ['old-data', 'slipway.applied.web', 'web-data']);
  assert.equal(told, [
    'container old',
    'container old.previous',
    'volume slipway.applied.old',
    'volume slipway.done.old',
  ]);
});

test('what runs is stopped in its own time, and does not come back by a reboot', async () => {
  const { engine, facts, ports } = await setUp();
  engine.changes.length = 0;
  await applyRemoval(engine, planOrphans(facts, new Set(['web'])), ports);
  assert.equal(engine.changes.slice(0, 3), ['policy no of old', 'stop old', 'remove old']);
});

test('nothing to remove is no change', async () => {
  const { engine, facts, ports } = await setUp();
  const plan = planOrphans(facts, new Set(['web', 'old']));
  assert.equal(plan.changes, []);
  assert.equal(await applyRemoval(engine, plan, ports), { changed: false });
});

test('taking a site away removes its data only when told so, and never the lock or what is not ours', async () => {
  const { facts } = await setUp();
  assert.equal(planDestroy(facts, { data: 'keep' }).keptVolumes, ['web-data', 'old-data']);
  const all = planDestroy(facts, { data: 'remove' });
  assert.is(all.volumes.length, 5);
  assert.equal(
    all.containers.map((one) => one.name),
    ['web', 'old', 'old.previous'],
  );
});
