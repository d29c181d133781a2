import {
  acquireLock,
  isLockHeld,
  lockHeartbeatMs,
  readLock,
  releaseLock,
  renewLock,
  runLocks,
} from '../../src/engine/index.ts';
import { type LiveEngine, openLiveEngine, whyNotLive } from '../helpers/live-engine.ts';
import { scaledClock } from '../helpers/scaled-clock.ts';
import { assert, suite, throwsCode } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live: lock');

let live: LiveEngine;
const holder = (who: string) => ({ who, run: `run-of-${who}`, command: 'slipway run deploy' });

/** Waits in real time: the engine's clock is what is measured. */
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    live = await openLiveEngine('lock');
  });
  test.after(() => live.close());

  test('of many that try at once one gets it, the others learn its name', async () => {
    const { engine, site } = live;
    const tries = ['ann', 'bob', 'eve', 'joe', 'sue'].map((who) =>
      acquireLock(engine, { site, holder: holder(who) }),
    );
    const ends = await Promise.allSettled(tries);
    const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    assert.is(won.length, 1);
    for (const end of ends) if (end.status === 'rejected') assert.is(end.reason.code, 'E_LOCK_HELD');
    const error = await throwsCode(
      () => acquireLock(engine, { site, holder: holder('late') }),
      'E_LOCK_HELD',
    );
    assert.match(error.message, /locked by (ann|bob|eve|joe|sue) \(slipway run deploy, run run-of-/);
    for (const lock of won) await releaseLock(engine, lock);
    assert.is(await readLock(engine, site), undefined);
  });

  test('a sign of life is seen by the clock of the engine', async () => {
    const { engine, site } = live;
    const lock = await acquireLock(engine, { site, holder: holder('ann') });
    await wait(2_500);
    assert.ok(((await readLock(engine, site))?.silentMs ?? 0) >= 1_000);
    await renewLock(engine, lock);
    assert.ok(((await readLock(engine, site))?.silentMs ?? 9_999) < 1_500);
    await releaseLock(engine, lock);
    await throwsCode(() => renewLock(engine, lock), 'E_LOCK_LOST');
  });

  test('a run keeps its lock alive in the background and gives it back', async () => {
    const { engine, site } = live;
    const clock = scaledClock(lockHeartbeatMs / 100);
    const locks = runLocks({ site, holder: holder('ann'), clock, engine: async () => engine });
    const held = await locks.acquire(['here'], new AbortController().signal);
    await wait(2_500);
    assert.ok(((await readLock(engine, site))?.silentMs ?? 9_999) < 1_500);
    await held.check('here');
    await held.release();
    assert.is(await readLock(engine, site), undefined);
  });

  test('a lock container never runs', async () => {
    const { engine, site } = live;
    const lock = await acquireLock(engine, { site, holder: holder('ann') });
    assert.is((await engine.inspectContainer(lock.containerId))?.status, 'created');
    assert.is(await isLockHeld(engine, lock), true);
    await releaseLock(engine, lock);
  });
}
