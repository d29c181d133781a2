import {
  type ApplyPorts,
  applyContainer,
  applyOneShot,
  observeHost,
  planContainer,
  planOneShot,
} from '../../../src/engine/index.ts';
import type { ContainerSpec, OneShotSpec } from '../../../src/lib/container-spec.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { makeOneShot, makeSpec } from '../../helpers/container-specs.ts';
import { type FakeEngine, type FakeProgram, fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine: killed anywhere');

/** A run that is killed: nothing of ours may catch it. */
class Killed extends Error {}

type Kill = { readonly change: number; readonly when: 'before' | 'after' };

/** An engine on which the n-th change from `arm` on kills the caller, before or after it is made. */
function killableEngine(images: Readonly<Record<string, FakeProgram>>) {
  const clock = manualClock();
  let armed: Kill | undefined;
  let count = 0;
  let dead = false;
  const engine = fakeEngine({
    clock,
    images,
    onChange: (_call, when) => {
      if (dead) throw new Killed();
      if (when === 'before') count += 1;
      if (armed?.when !== when || armed.change !== count) return;
      dead = true;
      throw new Killed();
    },
  });
  const arm = (kill: Kill | undefined) => {
    armed = kill;
    count = 0;
    dead = false;
  };
  const ports: ApplyPorts = {
    clock,
    signal: new AbortController().signal,
    progress: () => {},
    applied: () => {},
  };
  return { engine, arm, ports, made: () => count };
}

type World = ReturnType<typeof killableEngine>;

async function deploy(world: World, spec: ContainerSpec): Promise<string> {
  const plan = planContainer(spec, await observeHost(world.engine, { site: 'test' }));
  await applyContainer(world.engine, plan, world.ports);
  return plan.kind;
}

/** Runs `deed` until it is killed; true if it was. Failures that a user can meet are ends, too. */
async function isKilled(deed: () => Promise<unknown>): Promise<boolean> {
  try {
    await deed();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Calls `check` once for every change of `deed`, killed before it and after it. */
async function everyKill(check: (kill: Kill) => Promise<boolean>): Promise<number> {
  let kills = 0;
  for (let change = 1; change < 100; change += 1) {
    const before = await check({ change, when: 'before' });
    const after = await check({ change, when: 'after' });
    kills += Number(before) + Number(after);
    if (!before && !after) return kills;
  }
  throw new Error('there is no end of changes');
}

function assertSettled(engine: FakeEngine, spec: ContainerSpec, at: string): void {
  const names = [...engine.containers.values()].map((one) => one.name);
  assert.equal(names, [spec.name], at);
  const one = engine.byName(spec.name);
  assert.is(one?.status, 'running', at);
  assert.is(one?.policy, 'unless-stopped', at);
  assert.is(one?.config.Labels?.['slipway.engine-hash'], spec.engineHash, at);
  const files = [...(one?.files ?? [])].filter(([path]) => path.startsWith('/var/lib/kolla/config_files/'));
  const wanted = spec.files.map((file) => [`/var/lib/kolla/config_files/${file.path}`, file.content]);
  assert.equal(files, wanted, at);
}

const images = { 'app:1': {}, 'app:2': {}, 'app:bad': { exitCode: () => 1, log: 'no' } };
const options = { volumes: ['data:/data'] };
const validate = ['check'];
const first = makeSpec({ image: { reference: 'app:1' }, options, files: { 'app.conf': 'one' } });
const second = makeSpec({ image: { reference: 'app:2' }, options, files: { 'app.conf': 'two' } });
const checked = makeSpec({
  image: { reference: 'app:2' },
  options,
  files: { 'app.conf': 'two' },
  reload: { validate, activate: ['kolla_activate_configs'], signal: 'HUP' },
});
const taking = (how: 'reload' | 'restart', content: string) =>
  makeSpec({
    onChange: how,
    options,
    files: { 'app.conf': content },
    reload: { validate, activate: ['kolla_activate_configs'], signal: 'HUP' },
  });

const scenarios: readonly { name: string; from?: ContainerSpec; to: ContainerSpec; least: number }[] = [
  { name: 'a creation', to: first, least: 12 },
  { name: 'a replacement', from: first, to: second, least: 18 },
  { name: 'a reload', from: taking('reload', 'one'), to: taking('reload', 'two'), least: 14 },
  { name: 'a restart', from: taking('restart', 'one'), to: taking('restart', 'two'), least: 14 },
];

/** The programs of containers that check end at once; the others run. */
function checking(program: FakeProgram): FakeProgram {
  return {
    ...program,
    exitCode: (one) => (one.config.Labels?.['slipway.role'] === 'service' ? program.exitCode?.(one) : 0),
  };
}

const checkedImages = Object.fromEntries(
  Object.entries(images).map(([name, program]) => [name, checking(program)]),
);

for (const { name, from, to, least } of scenarios) {
  for (const reboots of [false, true]) {
    for (const goal of ['on', 'back'] as const) {
      if (goal === 'back' && !from) continue;
      const where = `${reboots ? ', then a reboot' : ''}, then ${goal === 'on' ? 'the same again' : 'the one before'}`;
      test(`${name} killed at any change${where}`, async () => {
        const kills = await everyKill(async (kill) => {
          const world = killableEngine(checkedImages);
          if (from) await deploy(world, from);
          world.arm(kill);
          const killed = await isKilled(() => deploy(world, to));
          world.arm(undefined);
          if (reboots) world.engine.reboot();
          const wanted = goal === 'back' && from ? from : to;
          const at = `${name} ${kill.when} change ${kill.change}${where}`;
          await deploy(world, wanted);
          assertSettled(world.engine, wanted, at);
          assert.is(await deploy(world, wanted), 'none', at);
          return killed;
        });
        assert.ok(kills >= least, `${kills} kills`);
      });
    }
  }
}

test('a replacement whose new container fails is rolled back, killed at any change', async () => {
  const bad = makeSpec({ image: { reference: 'app:bad' }, options, files: { 'app.conf': 'two' } });
  const kills = await everyKill(async (kill) => {
    const world = killableEngine(checkedImages);
    await deploy(world, first);
    world.arm(kill);
    const killed = await isKilled(() => deploy(world, bad));
    world.arm(undefined);
    const at = `${kill.when} change ${kill.change}`;
    assert.is(await isKilled(() => deploy(world, bad)), false, at);
    assertSettled(world.engine, first, at);
    return killed;
  });
  assert.ok(kills >= 24, `${kills} kills`);
});

test('a replacement that is checked first, killed at any change', async () => {
  await everyKill(async (kill) => {
    const world = killableEngine(checkedImages);
    await deploy(world, first);
    world.arm(kill);
    const killed = await isKilled(() => deploy(world, checked));
    world.arm(undefined);
    await deploy(world, checked);
    assertSettled(world.engine, checked, `${kill.when} change ${kill.change}`);
    return killed;
  });
});

test('a second kill during the repair ends well, too', async () => {
  await everyKill(async (kill) => {
    let killed = false;
    await everyKill(async (again) => {
      const world = killableEngine(checkedImages);
      await deploy(world, first);
      world.arm(kill);
      killed = await isKilled(() => deploy(world, second));
      world.arm(again);
      const twice = await isKilled(() => deploy(world, second));
      world.arm(undefined);
      await deploy(world, second);
      assertSettled(world.engine, second, `${kill.when} ${kill.change}, then ${again.when} ${again.change}`);
      return twice;
    });
    return killed;
  });
});

test('the data volume is never removed and keeps its label', async () => {
  await everyKill(async (kill) => {
    const world = killableEngine(checkedImages);
    await deploy(world, first);
    world.arm(kill);
    const killed = await isKilled(() => deploy(world, second));
    assert.is(world.engine.volumes.get('data')?.labels['slipway.site'], 'test');
    return killed;
  });
});

/** A one-shot whose service's data is a flag that its container sets. */
function oneShotWorld() {
  const state = { runs: 0, done: false };
  const seen = new Set<string>();
  const world = killableEngine({
    'app:1': {
      exitCode: (one) => {
        if (one.config.Labels?.['slipway.role'] === 'probe') return state.done ? 0 : 1;
        if (!seen.has(one.id)) {
          seen.add(one.id);
          state.runs += 1;
        }
        state.done = true;
        return 0;
      },
    },
  });
  return { ...world, state };
}

async function runOnce(world: World, oneShot: OneShotSpec): Promise<string> {
  const plan = planOneShot(oneShot, await observeHost(world.engine, { site: 'test' }));
  await applyOneShot(world.engine, plan, world.ports);
  return plan.kind;
}

test('a one-shot killed at any change runs once and is recorded', async () => {
  const oneShot = makeOneShot({ done: ['is-done'] });
  const kills = await everyKill(async (kill) => {
    const world = oneShotWorld();
    world.arm(kill);
    const killed = await isKilled(() => runOnce(world, oneShot));
    world.arm(undefined);
    const at = `${kill.when} change ${kill.change}`;
    await runOnce(world, oneShot);
    assert.is(world.state.runs, 1, at);
    assert.is(world.engine.containers.size, 0, at);
    assert.is(await runOnce(world, oneShot), 'none', at);
    return killed;
  });
  assert.ok(kills >= 16, `${kills} kills`);
});
