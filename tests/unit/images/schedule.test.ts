import { pathLengths, runSchedule, type Task, type TaskEnd } from '../../../src/images/schedule.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('images/schedule');

const task = (id: string, needs: string[] = [], weight = 1): Task => ({ id, needs, weight });

/** Runs tasks that end when they are told to, and notes what happens. */
function run(tasks: Task[], jobs: number) {
  const waiting = new Map<string, (result: 'done' | 'failed') => void>();
  const started: string[] = [];
  const ends = new Map<string, TaskEnd>();
  const controller = new AbortController();
  const finished = runSchedule(tasks, {
    jobs,
    signal: controller.signal,
    perform: (id) => {
      started.push(id);
      return new Promise((resolve) => waiting.set(id, resolve));
    },
    ended: (id, end) => ends.set(id, end),
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const end = async (id: string, result: 'done' | 'failed' = 'done') => {
    waiting.get(id)?.(result);
    await settle();
  };
  return { started, ends, end, finished, controller, settle };
}

test('the longest way to the end goes first, and never more than the jobs', async () => {
  const tasks = [task('a', [], 5), task('b', [], 1), task('c', ['b'], 9), task('d', [], 2)];
  assert.equal(Object.fromEntries(pathLengths(tasks)), { a: 5, b: 10, c: 9, d: 2 });
  const it = run(tasks, 2);
  assert.equal(it.started, ['b', 'a']);
  await it.end('b');
  assert.equal(it.started, ['b', 'a', 'c']);
  await it.end('a');
  await it.end('c');
  await it.end('d');
  await it.finished;
  assert.equal(it.started, ['b', 'a', 'c', 'd']);
});

test('what needs a failed task is skipped because of it, the rest goes on', async () => {
  const it = run([task('a'), task('b', ['a']), task('c', ['b']), task('d')], 1);
  await it.end('a', 'failed');
  await it.end('d');
  await it.finished;
  assert.equal(it.started, ['a', 'd']);
  assert.equal(Object.fromEntries(it.ends), {
    a: { kind: 'failed' },
    b: { kind: 'skipped', because: 'a' },
    c: { kind: 'skipped', because: 'a' },
    d: { kind: 'done' },
  });
});

test('after the signal nothing begins, what runs is waited for and cancelled', async () => {
  const it = run([task('a'), task('b', ['a']), task('c')], 1);
  it.controller.abort();
  await it.settle();
  assert.equal(it.started, ['a']);
  await it.end('a', 'failed');
  await it.finished;
  assert.equal(
    [...it.ends.values()].map((end) => end.kind),
    ['cancelled', 'cancelled', 'cancelled'],
  );
});

test('nothing to do ends at once', () => run([], 2).finished);
