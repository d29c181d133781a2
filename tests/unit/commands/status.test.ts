import { renderStatus, shortAge } from '../../../src/commands/status/render.ts';
import { statusRows } from '../../../src/commands/status/rows.ts';
import { applyContainer, observeHost, planContainer } from '../../../src/engine/index.ts';
import type { ContainerSpec } from '../../../src/lib/container-spec.ts';
import { makeSpec } from '../../helpers/container-specs.ts';
import { type FakeEngine, fakeEngine } from '../../helpers/fake-engine.ts';
import { scaledClock } from '../../helpers/scaled-clock.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('commands/status');

const observe = (engine: FakeEngine) => observeHost(engine, { site: 'test' });

async function deploy(engine: FakeEngine, spec: ContainerSpec): Promise<void> {
  const ports = {
    clock: scaledClock(),
    signal: new AbortController().signal,
    progress: () => {},
    applied: () => {},
  };
  await applyContainer(engine, planContainer(spec, await observe(engine)), ports);
}

test('what is deployed as it should be is well and without drift', async () => {
  const engine = fakeEngine({ clock: scaledClock() });
  const spec = makeSpec();
  await deploy(engine, spec);
  const [row] = statusRows(await observe(engine), [spec], Date.now() + 90_000);
  assert.equal(
    [row?.name, row?.state, row?.health, row?.drift, row?.isWell],
    ['web', 'running', '-', 'none', true],
  );
  assert.equal([row?.host, row?.service, row?.image], ['h1', 'web', 'app:1']);
});

test('what is absent is not well, and a changed option is drift with its reason', async () => {
  const engine = fakeEngine({ clock: scaledClock() });
  const spec = makeSpec();
  const [absent] = statusRows(await observe(engine), [spec], Date.now());
  assert.equal([absent?.state, absent?.drift, absent?.isWell], ['absent', 'create', false]);
  await deploy(engine, spec);
  const changed = makeSpec({ image: { reference: 'app:2' } });
  const [row] = statusRows(await observe(engine), [changed], Date.now());
  assert.equal([row?.drift, row?.isWell], ['replace', true]);
  assert.ok((row?.reasons.length ?? 0) > 0);
});

test('a container that ended shows its exit code', async () => {
  const engine = fakeEngine({ clock: scaledClock() });
  const spec = makeSpec();
  await deploy(engine, spec);
  await engine.stopContainer('web', 1);
  const [row] = statusRows(await observe(engine), [spec], Date.now());
  assert.match(row?.state ?? '', /^exited \(\d+\)$/);
  assert.is(row?.isWell, false);
});

test('what no service wants any more is an orphan; what is not ours is not shown', async () => {
  const engine = fakeEngine({ clock: scaledClock() });
  await deploy(engine, makeSpec());
  await engine.createContainer('foreign', { Image: 'app:1' });
  const rows = statusRows(await observe(engine), [], Date.now());
  assert.equal(
    rows.map((row) => [row.name, row.drift]),
    [['web', 'orphan']],
  );
  assert.is(statusRows(await observe(engine), undefined, Date.now())[0]?.drift, 'unknown');
});

test('a name that is held by a container of someone else is shown as blocked', async () => {
  const engine = fakeEngine({ clock: scaledClock() });
  await engine.createContainer('web', { Image: 'app:1' });
  const [row] = statusRows(await observe(engine), [makeSpec()], Date.now());
  assert.equal([row?.state, row?.drift], ['absent', 'blocked']);
});

test('the table names who holds the virtual address, and hosts that did not answer', () => {
  const shown = renderStatus({
    site: 'test',
    rows: [
      {
        host: 'h1',
        service: 'web',
        container: 'web',
        name: 'web',
        image: 'app:1',
        state: 'running',
        health: 'healthy',
        ageSeconds: 60,
        drift: 'reload',
        reasons: ['haproxy.cfg changed'],
        isWell: true,
      },
    ],
    virtualAddresses: [
      { address: '10.0.0.9', hosts: ['h1', 'h2'] },
      { address: '10.0.0.8', hosts: [] },
    ],
    unreachable: [{ host: 'h3', message: 'refused' }],
  });
  assert.is(
    shown,
    [
      'HOST  SERVICE  CONTAINER  STATE    HEALTH   AGE  DRIFT   IMAGE',
      'h1    web      web        running  healthy  60s  reload  app:1',
      '',
      'a deployment would change:',
      '  web on h1: haproxy.cfg changed',
      '',
      'virtual address 10.0.0.9: held by h1, h2 (more than one: the hosts do not see each other)',
      'virtual address 10.0.0.8: held by no host',
      "h3 can't be reached: refused",
    ].join('\n'),
  );
});

test('ages are short', () => {
  assert.equal([0, 119, 120, 7199, 7200, 172_800].map(shortAge), ['0s', '119s', '2m', '119m', '2h', '2d']);
});
