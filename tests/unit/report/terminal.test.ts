import { terminalReporter } from '../../../src/report/index.ts';
import { cutVisible } from '../../../src/report/live-area.ts';
import { assert, suite } from '../../helpers/test.ts';
import { story, timed } from './story.ts';

const test = suite('terminal report');
const controlStart = String.fromCharCode(27);
const redraw = new RegExp(`(${controlStart}\\[\\d+A\\r${controlStart}\\[J)`);
const upBy = new RegExp(`^${controlStart}\\[(\\d+)A`);

/** Plays events on a screen that knows what the live area needs: lines, cursor up, erase below. */
function play(events: ReturnType<typeof timed>, columns = 200) {
  const screen: string[] = [];
  let draw = () => undefined as unknown;
  let now = 0;
  const reporter = terminalReporter({
    columns,
    color: false,
    now: () => now,
    every: (_ms, body) => {
      draw = body;
      return () => undefined;
    },
    write: (text) => {
      for (const part of text.split(redraw)) {
        const up = upBy.exec(part);
        if (up) screen.splice(screen.length - Number(up[1]));
        else screen.push(...part.split('\n').slice(0, -1));
      }
    },
  });
  for (const event of events) {
    now = event.time;
    reporter.receive(event);
    draw();
  }
  return { screen, reporter };
}

test('what runs now is drawn with its last line, and drawn over', () => {
  const { screen } = play(timed(story.slice(0, 7)));
  assert.equal(screen.slice(1), [
    'prechecks 0/2',
    '  c1 > containers 0.2 s',
    '  c2 > ports 0.1 s | checking 2',
    '-- 0 of 2 stages done · 0.6 s',
  ]);
});

test('a failed step prints its log at once; at the end only lasting lines are left', () => {
  const { screen } = play(timed(story));
  assert.is(screen.filter((line) => line === 'FAILED prechecks c2: ports').length, 2);
  assert.ok(screen.includes('  ~ container keystone on c1: replace (the image changed)'));
  assert.ok(screen.includes('skipped deploy: it needs prechecks, which failed'));
  assert.not.ok(screen.some((line) => line.startsWith('-- ')));
  assert.is(screen.at(-1), 'again: slipway run deploy');
});

test('lines are cut to the width, colours not counted', () => {
  const red = '\u001b[31m';
  assert.is(cutVisible(`${red}abcdef`, 4), `${red}abc…\u001b[0m`);
  assert.is(cutVisible('abcd', 4), 'abcd');
  const { screen } = play(timed(story.slice(0, 7)), 24);
  assert.ok(
    screen.slice(1).every((line) => line.replace('\u001b[0m', '').length < 24),
    screen.join('\n'),
  );
});
