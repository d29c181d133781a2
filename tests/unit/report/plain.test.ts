import { plainReporter } from '../../../src/report/index.ts';
import { assert, suite } from '../../helpers/test.ts';
import { story, timed } from './story.ts';

const test = suite('plain report');

function report(options: { color?: boolean; verbose?: boolean } = {}): string {
  let text = '';
  const reporter = plainReporter({
    write: (more) => {
      text += more;
    },
    color: options.color ?? false,
    verbose: options.verbose ?? false,
  });
  for (const event of timed(story)) reporter.receive(event);
  return text;
}

test('every line of a job names its stage and host', () => {
  const expected = [
    'deploy · site aio · run 20261125-211600-9kx4f',
    '[prechecks c1] > containers',
    '[prechecks c2] > ports',
    '[prechecks c2]   checking 1',
    '[prechecks c2]   checking 2',
    '[prechecks c1] changed: container keystone on c1: replace (the image changed)',
    '[prechecks c2] error: check.sh:3: port 3306 is taken',
    '[prechecks c1] changed containers (6.2 s)',
    '[prechecks c2] FAILED ports after 0.9 s',
    '[prechecks c2] error E_STEP_EXIT: the script ended with exit code 1',
    '[prechecks c2]   hint: stop what holds it',
    '[prechecks] FAILED after 6.4 s',
    '[deploy] skipped: it needs prechecks, which failed',
  ];
  assert.equal(report().split('\n').slice(0, expected.length), expected);
});

test('the end tells the failure unmixed, the skip with its reason, the changes, and what to type', () => {
  const expected = [
    '',
    'FAILED prechecks c2: ports',
    '  | checking 1',
    '  | checking 2',
    '  error: check.sh:3: port 3306 is taken',
    '  E_STEP_EXIT: the script ended with exit code 1',
    '  hint: stop what holds it',
    '',
    'skipped deploy: it needs prechecks, which failed',
    'changed: 1 change',
    '  replace container keystone on c1',
    'slowest:',
    '  6.2 s  prechecks c1: containers',
    'deploy FAILED after 6.5 s, exit code 1 (jobs: 1 ok, 1 failed)',
    'record: .slipway/runs/20261125-211600-9kx4f',
    'again: slipway run deploy',
    '',
  ];
  assert.equal(report().split('\n').slice(-expected.length), expected);
});

test('no colour unless it is wanted', () => {
  assert.not.ok(report().includes('\u001b['));
  assert.ok(report({ color: true }).includes('\u001b['));
});

test('verbose shows skipped steps too', () => {
  assert.not.match(report(), /skipped clean up/);
  assert.match(report({ verbose: true }), /\[prechecks c2\] skipped clean up: an earlier step failed/);
});
