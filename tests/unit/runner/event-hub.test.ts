import type { Reporter, SlipwayEvent } from '../../../src/lib/events.ts';
import { createEventHub, createMasker } from '../../../src/runner/index.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('event hub');
const clock = { now: () => 5, sleep: async () => undefined };
const ref = { stage: 'deploy', job: 'deploy[hunter2]', host: 'c1' };

function listener(): { readonly seen: SlipwayEvent[]; readonly reporter: Reporter } {
  const seen: SlipwayEvent[] = [];
  return { seen, reporter: { receive: (event) => void seen.push(event), close: () => undefined } };
}

test('every text of an event is masked, names of files are not', () => {
  const { seen, reporter } = listener();
  const hub = createEventHub({ clock, masker: createMasker(['hunter2', 'deploy']), reporters: [reporter] });
  hub.emit({
    type: 'step.finished',
    name: 'say hunter2',
    outcome: 'failure',
    conclusion: 'failure',
    changed: false,
    error: {
      code: 'E_STEP_EXIT',
      message: 'it said hunter2',
      hint: Buffer.from('hunter2').toString('base64'),
    },
    durationMs: 1,
    step: '1',
    matrix: { token: ['hunter2'] },
    ...ref,
  });
  const text = JSON.stringify(seen);
  assert.not.match(text, /hunter2|aHVudGVyMg/);
  assert.match(text, /"stage":"deploy"/);
  assert.match(text, /"matrix":\{"token":\["\*\*\*"\]\}/);
  assert.is(seen[0]?.time, 5);
});

test('a reporter that throws is dropped, told of, and stops no other', async () => {
  const { seen, reporter } = listener();
  const broken: unknown[] = [];
  const bad: Reporter = {
    receive: () => {
      throw new Error('no');
    },
    close: () => assert.unreachable('it was dropped'),
  };
  const onBroken = (error: unknown) => void broken.push(error);
  const hub = createEventHub({ clock, masker: createMasker(), reporters: [bad, reporter], onBroken });
  hub.emit({ type: 'run.cancelling', reason: 'x' });
  hub.emit({ type: 'run.cancelling', reason: 'y' });
  await hub.close();
  assert.is(seen.length, 2);
  assert.is(broken.length, 1);
});
