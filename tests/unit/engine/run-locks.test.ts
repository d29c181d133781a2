import { type Engine, forceUnlock, lockExpiryMs, readLock, runLocks } from '../../../src/engine/index.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { fakeEngine } from '../../helpers/fake-engine.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('engine: locks of a run');

const signal = new AbortController().signal;

/** Sleepers of this clock wake only when the test lets time pass. */
function steppedClock(): Clock & { pass: (ms: number) => Promise<void> } {
  const clock = manualClock();
  let wake: (() => void) | undefined;
  return {
    now: clock.now,
    sleep: (_ms, stop) =>
      new Promise((resolve, reject) => {
        const end = () => reject(stop?.reason);
        stop?.addEventListener('abort', end, { once: true });
        wake = () => {
          stop?.removeEventListener('abort', end);
          resolve();
        };
      }),
    pass: async (ms) => {
      clock.advance(ms);
      wake?.();
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function setUp(hosts: readonly string[]) {
  const clock = steppedClock();
  const engines = new Map(hosts.map((host) => [host, fakeEngine({ clock, host })]));
  const engine = async (host: string): Promise<Engine> => {
    const found = engines.get(host);
    if (!found) throw new UserError('E_ENGINE_UNREACHABLE', `${host}: no engine`);
    return found;
  };
  const locksOf = (who: string) =>
    runLocks({
      site: 'prod',
      holder: { who, run: `run-${who}`, command: 'slipway run deploy' },
      clock,
      engine,
    });
  return { clock, engines, engine, locksOf };
}

test('all hosts are locked, kept alive, and given back together', async () => {
  const { clock, engine, locksOf } = setUp(['a', 'b']);
  const held = await locksOf('ann').acquire(['a', 'b'], signal);
  for (let beat = 0; beat < 10; beat += 1) await clock.pass(lockExpiryMs / 3);
  for (const host of ['a', 'b']) {
    assert.is((await readLock(await engine(host), 'prod'))?.expired, false);
    await held.check(host);
  }
  await held.release();
  assert.is(await readLock(await engine('a'), 'prod'), undefined);
});

test('a host that is held by another run gives the others back', async () => {
  const { engine, locksOf } = setUp(['a', 'b']);
  const other = await locksOf('bob').acquire(['b'], signal);
  await throwsCode(() => locksOf('ann').acquire(['a', 'b'], signal), 'E_LOCK_HELD');
  assert.is(await readLock(await engine('a'), 'prod'), undefined);
  await other.release();
});

test('a host that cannot be reached is told and does not stop the others', async () => {
  const { locksOf } = setUp(['a']);
  const held = await locksOf('ann').acquire(['gone', 'a'], signal);
  assert.equal([...held.unreachable.keys()], ['gone']);
  await held.check('a');
  await held.release();
});

test('a run whose lock was taken away is told at its next check', async () => {
  const { engine, locksOf } = setUp(['a']);
  const held = await locksOf('ann').acquire(['a'], signal);
  await forceUnlock(await engine('a'), 'prod');
  await throwsCode(() => held.check('a'), 'E_LOCK_LOST');
  await held.release();
});

test('two hosts of one engine need one lock', async () => {
  const { clock, engines } = setUp(['a']);
  const shared = engines.get('a') as Engine;
  const locks = runLocks({
    site: 'prod',
    holder: { who: 'ann', run: 'r', command: 'c' },
    clock,
    engine: async (host) => ({ ...shared, host }),
  });
  const held = await locks.acquire(['a', 'b'], signal);
  await held.check('a');
  await held.check('b');
  await held.release();
});
