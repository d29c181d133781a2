import { renderPlanText } from '../../../src/commands/plan-text.ts';
import type { PlanReport, StepForecast } from '../../../src/runner/index.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('plan text');
const change = {
  host: 'c1',
  target: 'container keystone',
  kind: 'replace' as const,
  reasons: ['the image changed'],
  gap: 'about 3 s',
  diff: '-a\n+b\n',
};
const error = {
  code: 'E_SERVICE_SECRET',
  message: 'keystone needs a secret',
  hint: 'run: slipway secrets init',
};

function report(steps: readonly StepForecast[], hosts = ['c1']): PlanReport {
  const jobs = hosts.map((host) => ({ ref: { stage: 'deploy', job: `deploy[${host}]`, host }, steps }));
  const changes = steps.filter(({ forecast }) => forecast.kind === 'changes').length;
  const stages = [{ stage: 'deploy', name: 'Deploy', jobs }];
  return { pipeline: 'Deploy', inputs: {}, stages, drift: changes > 0, changes, unreachable: [] };
}

const lines = (given: PlanReport, verbose = false) => renderPlanText(given, { verbose }).split('\n');

test('a change tells what, its gap, why, and the difference', () => {
  const given = report([{ step: '1', name: 'Containers', forecast: { kind: 'changes', changes: [change] } }]);
  assert.equal(lines(given), [
    'deploy',
    '  c1',
    '    ~ replace container keystone, gap about 3 s',
    '        because the image changed',
    '        -a',
    '        +b',
    '',
    'plan of Deploy: 1 change',
  ]);
});

test('hosts that would do the same are told once', () => {
  const steps: StepForecast[] = [
    { step: '1', name: 'Smoke', forecast: { kind: 'unknown', mayChange: false } },
  ];
  assert.equal(lines(report(steps, ['c1', 'c2'])), [
    'deploy',
    '  c1, c2',
    '    > Smoke: will run, effect unknown',
    '',
    'plan of Deploy: nothing would change, 2 scripts of unknown effect',
  ]);
});

test('an error is told once and named where it comes again', () => {
  const steps: StepForecast[] = ['one', 'two'].map((name) => ({
    step: name,
    name,
    forecast: { kind: 'error', error },
  }));
  assert.equal(lines(report(steps)), [
    'deploy',
    '  c1',
    '    ! one: error E_SERVICE_SECRET: keystone needs a secret',
    '      hint: run: slipway secrets init',
    '    ! two: error E_SERVICE_SECRET, as above',
    '',
    'plan of Deploy: incomplete because of 1 error, nothing else would change',
  ]);
});

test('what would stay shows when all is asked for', () => {
  const given = report([{ step: '1', name: 'Images', forecast: { kind: 'none', because: 'all are there' } }]);
  assert.equal(lines(given), ['plan of Deploy: nothing would change']);
  assert.ok(lines(given, true).includes('    = Images: all are there'));
});
