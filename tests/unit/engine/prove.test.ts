import { proveContainer } from '../../../src/engine/index.ts';
import { type FakeProgram, fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine: proving a container');

async function proveOne(
  program: FakeProgram,
  options: { healthcheck?: boolean; policy?: 'no' | 'always'; timeoutMs?: number } = {},
) {
  const clock = manualClock();
  const engine = fakeEngine({ clock, images: { app: program } });
  const test = options.healthcheck ? ['CMD', 'check'] : ['NONE'];
  const id = await engine.createContainer('app', { Image: 'app', Healthcheck: { Test: test } });
  await engine.setRestartPolicy(id, options.policy ?? 'always');
  await engine.startContainer(id);
  const startedAt = clock.now();
  const proof = await proveContainer(engine, id, { clock, timeoutMs: options.timeoutMs ?? 60_000 });
  return { proof, tookMs: clock.now() - startedAt };
}

test('without a health check it must keep running for a while', async () => {
  const { proof, tookMs } = await proveOne({});
  assert.equal(proof, { proven: true });
  assert.is(tookMs, 3_000);
});

test('with a health check it must be healthy, and no longer is waited', async () => {
  const { proof, tookMs } = await proveOne({ healthyAfterMs: 7_000 }, { healthcheck: true });
  assert.equal(proof, { proven: true });
  assert.is(tookMs, 7_000);
});

test('one that never gets healthy fails when its time is up, with its log', async () => {
  const { proof } = await proveOne({ healthyAfterMs: 'never', log: 'no route' }, { healthcheck: true });
  assert.equal(proof, { proven: false, reason: 'did not become healthy within 60 s', log: ['no route'] });
});

test('one that ends fails at once with its exit code', async () => {
  const { proof, tookMs } = await proveOne({ exitCode: () => 3 }, { policy: 'no' });
  assert.equal(proof, { proven: false, reason: 'ended with exit code 3', exitCode: 3, log: [] });
  assert.is(tookMs, 0);
});

test('a crash loop is watched until its exit code is seen', async () => {
  const { proof, tookMs } = await proveOne({ exitCode: () => 9, runsForMs: 2_000 });
  assert.is(proof.proven, false);
  assert.is(proof.proven ? undefined : proof.exitCode, 9);
  assert.match(proof.proven ? '' : proof.reason, /was restarted 5 times; its exit code was 9/);
  assert.ok(tookMs < 20_000);
});

test('a restart while it is watched begins the watch anew', async () => {
  let crashes = 2;
  const { proof } = await proveOne({ exitCode: () => (crashes-- > 0 ? 1 : undefined) });
  assert.equal(proof, { proven: true });
});

test('one that somebody removes fails', async () => {
  const clock = manualClock();
  const engine = fakeEngine({ clock });
  const proof = await proveContainer(engine, 'nobody', { clock, timeoutMs: 1_000 });
  assert.equal(proof, { proven: false, reason: 'was removed by somebody else', log: [] });
});

test('a time that is shorter than the while is the while', async () => {
  const { proof, tookMs } = await proveOne({}, { timeoutMs: 1_000 });
  assert.equal(proof, { proven: true });
  assert.is(tookMs, 1_000);
});
