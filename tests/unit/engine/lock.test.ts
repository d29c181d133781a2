import {
  acquireLock,
  forceUnlock,
  isLockHeld,
  lockExpiryMs,
  lockName,
  readLock,
  releaseLock,
  renewLock,
} from '../../../src/engine/index.ts';
import { fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('engine: lock');

const ours = { site: 'prod', holder: { who: 'ann@desk', run: 'r1', command: 'slipway run deploy' } };
const theirs = { site: 'prod', holder: { who: 'bob@ci', run: 'r2', command: 'slipway run upgrade' } };

function setUp() {
  const clock = manualClock();
  return { clock, engine: fakeEngine({ clock, images: {} }) };
}

test('a lock is a container that is never started, of an image that is made where it is absent', async () => {
  const { engine } = setUp();
  await acquireLock(engine, ours);
  assert.is(engine.byName(lockName('prod'))?.status, 'created');
  assert.equal(engine.changes, ['import slipway-lock:empty', 'create slipway-lock-prod']);
});

test('a second run is refused with the name of the holder', async () => {
  const { engine, clock } = setUp();
  await acquireLock(engine, ours);
  clock.advance(5_000);
  const error = await throwsCode(() => acquireLock(engine, theirs), 'E_LOCK_HELD');
  assert.match(error.message, 'ann@desk (slipway run deploy, run r1) since 2023-11-14T22:13:20Z');
  assert.match(error.message, 'last sign of life 5 s ago');
  assert.match(error.hint ?? '', 'slipway unlock --force');
});

test('sites do not lock each other', async () => {
  const { engine } = setUp();
  await acquireLock(engine, ours);
  await acquireLock(engine, { ...theirs, site: 'other' });
});

test('a lock that shows life does not expire', async () => {
  const { engine, clock } = setUp();
  const lock = await acquireLock(engine, ours);
  for (let beat = 0; beat < 10; beat += 1) {
    clock.advance(lockExpiryMs / 2);
    await renewLock(engine, lock);
  }
  await throwsCode(() => acquireLock(engine, theirs), 'E_LOCK_HELD');
});

test('a silent lock is taken over, and its holder is told', async () => {
  const { engine, clock } = setUp();
  const lost = await acquireLock(engine, ours);
  clock.advance(lockExpiryMs + 1_000);
  const lock = await acquireLock(engine, theirs);
  assert.is((await readLock(engine, 'prod'))?.holder.who, 'bob@ci');
  assert.is(await isLockHeld(engine, lost), false);
  assert.is(await isLockHeld(engine, lock), true);
  await throwsCode(() => renewLock(engine, lost), 'E_LOCK_LOST');
});

test('giving back a lost lock leaves the lock of the other one', async () => {
  const { engine, clock } = setUp();
  const lost = await acquireLock(engine, ours);
  clock.advance(lockExpiryMs + 1_000);
  const lock = await acquireLock(engine, theirs);
  await releaseLock(engine, lost);
  assert.is(await isLockHeld(engine, lock), true);
});

test('force takes a lock away and says whose it was', async () => {
  const { engine } = setUp();
  assert.is(await forceUnlock(engine, 'prod'), undefined);
  await acquireLock(engine, ours);
  assert.is((await forceUnlock(engine, 'prod'))?.holder.run, 'r1');
  await acquireLock(engine, theirs);
});

test("a container of the lock's name that is no lock is left alone", async () => {
  const { engine } = setUp();
  engine.images.set('x', {});
  await engine.createContainer(lockName('prod'), { Image: 'x' });
  await engine.importEmptyImage('slipway-lock:empty');
  await throwsCode(() => acquireLock(engine, ours), 'E_NAME_FOREIGN');
});
