import { containerConfig } from '../../../src/engine/container-config.ts';
import { type ContainerPlan, observeHost, planContainer } from '../../../src/engine/index.ts';
import { appliedLabels, appliedVolume, changingLabels, changingVolume } from '../../../src/engine/labels.ts';
import type { ContainerSpec } from '../../../src/lib/container-spec.ts';
import { makeSpec } from '../../helpers/container-specs.ts';
import { type FakeContainer, type FakeEngine, fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('engine: container plan');

const now = makeSpec({ options: { env: { V: '2' }, volumes: ['data:/data'] }, files: { 'app.conf': 'two' } });
const before = makeSpec({
  options: { env: { V: '1' }, volumes: ['data:/data'] },
  files: { 'app.conf': 'two' },
});

type Put = { readonly spec: ContainerSpec } & Partial<Pick<FakeContainer, 'status' | 'exitCode' | 'policy'>>;

async function engineWith(containers: Readonly<Record<string, Put>>): Promise<FakeEngine> {
  const engine = fakeEngine({ clock: manualClock() });
  await engine.createVolume('data', { 'slipway.site': 'test', 'slipway.role': 'data' });
  for (const [name, { spec, ...state }] of Object.entries(containers)) {
    const id = await engine.createContainer(name, containerConfig(spec, { role: 'service' }));
    Object.assign(engine.containers.get(id) as FakeContainer, {
      status: 'running',
      policy: 'unless-stopped',
      ...state,
    });
  }
  return engine;
}

async function planWith(
  spec: ContainerSpec,
  containers: Readonly<Record<string, Put>>,
): Promise<ContainerPlan> {
  const engine = await engineWith(containers);
  return planContainer(spec, await observeHost(engine, { site: 'test' }));
}

/** `stop old`, `rename made web`: short enough for a table. */
function stepsOf(plan: ContainerPlan): string {
  const short = (target: string) => target.replace(/^id-\d+-web/, '').replace(/^$/, 'web');
  return plan.steps
    .map((step) => {
      if (step.do === 'rename') return `rename ${short(step.target)} ${step.to}`;
      if (step.do === 'volume') return `volume ${step.name}`;
      if (step.do === 'policy') return `policy ${short(step.target)} ${step.policy}`;
      return 'target' in step ? `${step.do} ${short(step.target)}` : step.do;
    })
    .join(', ');
}

const up = (target: string) => `policy ${target} unless-stopped, start ${target}, prove ${target}`;
const swap = 'make, drain, policy web no, stop web, rename web web.previous, rename made web';

/** The rows of specs/060: what a killed run or a reboot leaves, and what the next run does. */
const rows: readonly {
  readonly row: string;
  readonly containers: Readonly<Record<string, Put>>;
  readonly spec?: ContainerSpec;
  readonly kind: ContainerPlan['kind'];
  readonly steps: string;
  readonly fallback?: string;
}[] = [
  { row: '1 nothing', containers: {}, kind: 'create', steps: `make, rename made web, ${up('made')}` },
  { row: '2 as wanted', containers: { web: { spec: now } }, kind: 'none', steps: '' },
  {
    row: '3 half-made new one, no old one',
    containers: { 'web.next': { spec: now, status: 'created' } },
    kind: 'create',
    steps: `remove .next, make, rename made web, ${up('made')}`,
  },
  {
    row: '4 created, not started',
    containers: { web: { spec: now, status: 'created', policy: 'no' } },
    kind: 'start',
    steps: up('web'),
  },
  { row: '5 ended', containers: { web: { spec: now, status: 'exited' } }, kind: 'start', steps: up('web') },
  {
    row: '6 another one wanted',
    containers: { web: { spec: before } },
    kind: 'replace',
    steps: `${swap}, ${up('made')}, remove web`,
    fallback: 'web',
  },
  {
    row: '7 half-made new one beside the old one that serves',
    containers: { web: { spec: before, policy: 'no' }, 'web.next': { spec: now, status: 'created' } },
    kind: 'replace',
    steps: `policy web unless-stopped, remove .next, ${swap}, ${up('made')}, remove web`,
    fallback: 'web',
  },
  {
    row: '7b the same, and the operator wants the old one again',
    containers: { web: { spec: before, policy: 'no' }, 'web.next': { spec: now, status: 'created' } },
    spec: before,
    kind: 'finish',
    steps: 'policy web unless-stopped, prove web, remove .next',
  },
  {
    row: '8 old one stopped, not yet renamed',
    containers: {
      web: { spec: before, status: 'exited', policy: 'no' },
      'web.next': { spec: now, status: 'created' },
    },
    kind: 'replace',
    steps: `rename web web.previous, remove .next, make, rename made web, ${up('made')}, remove web`,
    fallback: 'web',
  },
  {
    row: '8b the same, and the old one is wanted again',
    containers: {
      web: { spec: before, status: 'exited', policy: 'no' },
      'web.next': { spec: now, status: 'created' },
    },
    spec: before,
    kind: 'finish',
    steps: `${up('web')}, remove .next`,
  },
  {
    row: '9 old one renamed, new one not yet',
    containers: {
      'web.previous': { spec: before, status: 'exited' },
      'web.next': { spec: now, status: 'created' },
    },
    kind: 'replace',
    steps: `remove .next, make, rename made web, ${up('made')}, remove .previous`,
    fallback: '.previous',
  },
  {
    row: '9b the same, and the old one is wanted again',
    containers: {
      'web.previous': { spec: before, status: 'exited' },
      'web.next': { spec: now, status: 'created' },
    },
    spec: before,
    kind: 'finish',
    steps: `remove .next, rename .previous web, ${up('.previous')}`,
  },
  {
    row: '10 new one renamed, not started',
    containers: {
      'web.previous': { spec: before, status: 'exited' },
      web: { spec: now, status: 'created', policy: 'no' },
    },
    kind: 'finish',
    steps: `${up('web')}, remove .previous`,
    fallback: '.previous',
  },
  {
    row: '11 new one started, not proven',
    containers: { 'web.previous': { spec: before, status: 'exited' }, web: { spec: now } },
    kind: 'finish',
    steps: 'policy web unless-stopped, prove web, remove .previous',
    fallback: '.previous',
  },
  {
    row: '11b the same, and a third one is wanted',
    containers: { 'web.previous': { spec: before, status: 'exited' }, web: { spec: now } },
    spec: makeSpec({ options: { env: { V: '3' }, volumes: ['data:/data'] }, files: { 'app.conf': 'two' } }),
    kind: 'replace',
    steps: `make, drain, policy web no, stop web, remove web, rename made web, ${up('made')}, remove .previous`,
    fallback: '.previous',
  },
  {
    row: '11c the same, and the old one is wanted again',
    containers: { 'web.previous': { spec: before, status: 'exited' }, web: { spec: now } },
    spec: before,
    kind: 'replace',
    steps: `drain, policy web no, stop web, remove web, rename .previous web, ${up('.previous')}`,
  },
  {
    row: '12 the new one taken away by a rollback, the old one not yet back',
    containers: { 'web.previous': { spec: before, status: 'exited' } },
    kind: 'replace',
    steps: `make, rename made web, ${up('made')}, remove .previous`,
    fallback: '.previous',
  },
  {
    row: '12b the same, and the old one is wanted',
    containers: { 'web.previous': { spec: before, status: 'exited' } },
    spec: before,
    kind: 'finish',
    steps: `rename .previous web, ${up('.previous')}`,
  },
  {
    row: '13 broken old one',
    containers: { web: { spec: before, status: 'restarting', exitCode: 1 } },
    kind: 'replace',
    steps: `make, drain, policy web no, stop web, remove web, rename made web, ${up('made')}`,
  },
  {
    row: '13b another one wanted while the old one is stopped',
    containers: { web: { spec: before, status: 'exited' } },
    kind: 'replace',
    steps: `make, rename web web.previous, rename made web, ${up('made')}, remove web`,
    fallback: 'web',
  },
  {
    row: '14 the throw-away container of a check is left',
    containers: { web: { spec: now }, 'web.check': { spec: now, status: 'exited' } },
    kind: 'none',
    steps: 'remove .check',
  },
  {
    row: '15 crash loop',
    containers: { web: { spec: now, status: 'restarting' } },
    kind: 'none',
    steps: 'prove web',
  },
  {
    row: '16 being removed',
    containers: { web: { spec: now, status: 'dead' } },
    kind: 'replace',
    steps: `make, remove web, rename made web, ${up('made')}`,
  },
  {
    row: '17 paused',
    containers: { web: { spec: now, status: 'paused' } },
    kind: 'start',
    steps: 'unpause web, prove web',
  },
];

for (const { row, containers, spec = now, kind, steps, fallback } of rows) {
  test(`row ${row}`, async () => {
    const plan = await planWith(spec, containers);
    assert.is(stepsOf(plan), steps);
    assert.is(plan.kind, kind);
    assert.is(plan.fallback?.replace(/^id-\d+-web/, '') || (plan.fallback && 'web'), fallback);
    assert.is(plan.changes.length, kind === 'none' ? 0 : 1);
  });
}

test('a volume that is not there is made first, with our label', async () => {
  const engine = fakeEngine({ clock: manualClock() });
  const plan = planContainer(now, await observeHost(engine, { site: 'test' }));
  assert.equal(plan.steps[0], { do: 'volume', name: 'data' });
});

test('a container of this name that is not ours is left alone', async () => {
  const engine = fakeEngine({ clock: manualClock() });
  await engine.createContainer('web', { Image: 'app:1', Labels: { 'slipway.site': 'other' } });
  const facts = await observeHost(engine, { site: 'test' });
  const error = await throwsCode(() => planContainer(now, facts), 'E_NAME_FOREIGN');
  assert.match(error.message, 'belongs to the site "other"');
});

test('reasons name the options and the files that changed', async () => {
  const other = makeSpec({
    image: { reference: 'app:2' },
    options: { env: { V: '1', NEW: 'x' }, volumes: ['data:/data'], networkMode: 'host' },
    files: { 'app.conf': 'three', 'new.conf': '' },
  });
  const plan = await planWith(other, { web: { spec: before } });
  assert.equal(plan.reasons, [
    'env NEW is added',
    'image changes from "app:1" to "app:2"',
    'network mode changes from "none" to "host"',
    'app.conf changes',
    'new.conf is added',
  ]);
});

const reloading = (content: string) =>
  makeSpec({
    onChange: 'reload',
    reload: { activate: ['kolla_activate_configs'], signal: 'HUP' },
    files: { 'app.conf': content },
  });

test('row 18 a configuration that can be reloaded is taken by the running container', async () => {
  const plan = await planWith(reloading('two'), { web: { spec: reloading('one') } });
  assert.is(plan.kind, 'reload');
  assert.is(stepsOf(plan), 'take web, prove web, record web');
  assert.is(plan.gap, undefined);
});

test('row 22 a stopped container cannot reload and is replaced', async () => {
  const plan = await planWith(reloading('two'), { web: { spec: reloading('one'), status: 'exited' } });
  assert.is(plan.kind, 'replace');
});

test('the record of a reload counts only for the container that it speaks of', async () => {
  const engine = await engineWith({ web: { spec: reloading('one') } });
  const id = engine.byName('web')?.id ?? '';
  const planNow = async () => planContainer(reloading('two'), await observeHost(engine, { site: 'test' }));
  await engine.createVolume(appliedVolume('web'), appliedLabels(reloading('two'), id));
  assert.is((await planNow()).kind, 'none');
  await engine.removeVolume(appliedVolume('web'));
  await engine.createVolume(appliedVolume('web'), appliedLabels(reloading('two'), 'another'));
  assert.is((await planNow()).kind, 'reload');
});

async function planMarked(wanted: string, applied: string | undefined): Promise<ContainerPlan> {
  const engine = await engineWith({ web: { spec: reloading('one') } });
  const id = engine.byName('web')?.id ?? '';
  if (applied !== undefined)
    await engine.createVolume(appliedVolume('web'), appliedLabels(reloading(applied), id));
  await engine.createVolume(changingVolume('web'), changingLabels(reloading('two'), id));
  return planContainer(reloading(wanted), await observeHost(engine, { site: 'test' }));
}

test('row 19 a change that was begun and not recorded is done again, whatever is recorded', async () => {
  for (const wanted of ['one', 'two', 'three']) {
    for (const applied of ['one', 'two']) {
      const plan = await planMarked(wanted, applied);
      assert.is(plan.kind, 'reload');
      assert.equal(plan.reasons, ['its last change of configuration was cut off']);
    }
  }
});

test('row 20 the same with the record gone', async () => {
  for (const wanted of ['one', 'two']) assert.is((await planMarked(wanted, undefined)).kind, 'reload');
});

test('row 21 an unproven container is not reloaded but replaced', async () => {
  const plan = await planWith(reloading('two'), {
    web: { spec: reloading('one') },
    'web.previous': { spec: before, status: 'exited' },
  });
  assert.is(plan.kind, 'replace');
  assert.match(plan.fallback ?? '', /web\.previous$/);
});

test('a mark of another container is forgotten before ours is made', async () => {
  const engine = await engineWith({ web: { spec: reloading('one') } });
  await engine.createVolume(changingVolume('web'), changingLabels(reloading('two'), 'another'));
  const plan = planContainer(reloading('two'), await observeHost(engine, { site: 'test' }));
  assert.equal(plan.steps[0], { do: 'forget', name: changingVolume('web') });
});

test('the gap of a replacement says how long it may take', async () => {
  const plan = await planWith(now, { web: { spec: before } });
  assert.is(plan.gap, 'up to 1 s to stop, then until it runs (at most 20 s)');
});

test('observing a host takes two calls', async () => {
  const engine = await engineWith({ web: { spec: now } });
  engine.calls.length = 0;
  await observeHost(engine, { site: 'test' });
  assert.equal(engine.calls, ['list containers', 'list volumes']);
});
