import { applyOneShot, observeHost, planOneShot } from '../../../src/engine/index.ts';
import { makeOneShot } from '../../helpers/container-specs.ts';
import { fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine/config-changed');

test('a one-shot that brings something else about runs without asking the data whether it is done', async () => {
  const clock = manualClock();
  const engine = fakeEngine({ clock, images: { 'app:1': { exitCode: () => 0 } } });
  const perform = async (membersHash: string) => {
    const oneShot = makeOneShot({ when: 'config-changed', membersHash, done: ['is-done'] });
    const plan = planOneShot(oneShot, await observeHost(engine, { site: 'test' }));
    const ports = { clock, signal: new AbortController().signal, progress: () => {}, applied: () => {} };
    return { reasons: plan.reasons, ...(await applyOneShot(engine, plan, ports)) };
  };
  assert.equal(await perform('one'), { reasons: ['there is no record that it is done'], changed: false });
  assert.equal((await perform('one')).changed, false);
  assert.equal(await perform('two'), { reasons: ['its configuration changed'], changed: true });
  assert.equal(await perform('two'), { reasons: ['it is done'], changed: false });
});
