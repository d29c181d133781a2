import type { EventBody, SlipwayEvent } from '../../../src/lib/events.ts';

const a = { stage: 'prechecks', job: 'prechecks[c1]', host: 'c1' };
const b = { stage: 'prechecks', job: 'prechecks[c2]', host: 'c2' };
const change = {
  host: 'c1',
  target: 'container keystone',
  kind: 'replace' as const,
  reasons: ['the image changed'],
};

/** The events of a run with two hosts: one does well and changes something, the other fails; a stage is skipped. */
export const story: readonly EventBody[] = [
  {
    type: 'run.started',
    runId: '20261125-211600-9kx4f',
    pipeline: 'deploy',
    site: 'aio',
    stages: [
      { stage: 'prechecks', name: 'Prechecks', needs: [] },
      { stage: 'deploy', name: 'Deploy', needs: ['prechecks'] },
    ],
    directory: '.slipway/runs/20261125-211600-9kx4f',
    again: 'slipway run deploy',
  },
  { type: 'stage.started', stage: 'prechecks', jobs: 2 },
  { type: 'job.started', ...a },
  { type: 'job.started', ...b },
  { type: 'step.started', name: 'containers', kind: 'action', step: '1', ...a },
  { type: 'step.started', name: 'ports', kind: 'run', step: '1', ...b },
  { type: 'step.output', stream: 'stdout', text: 'checking 1\nchecking 2', step: '1', ...b },
  { type: 'change.applied', change, step: '1', ...a },
  {
    type: 'step.annotation',
    level: 'error',
    message: 'port 3306 is taken',
    file: 'check.sh',
    line: 3,
    step: '1',
    ...b,
  },
  {
    type: 'step.finished',
    name: 'containers',
    outcome: 'success',
    conclusion: 'success',
    changed: true,
    durationMs: 6200,
    step: '1',
    ...a,
  },
  {
    type: 'step.finished',
    name: 'ports',
    outcome: 'failure',
    conclusion: 'failure',
    changed: false,
    error: { code: 'E_STEP_EXIT', message: 'the script ended with exit code 1', hint: 'stop what holds it' },
    durationMs: 900,
    step: '1',
    ...b,
  },
  {
    type: 'step.finished',
    name: 'clean up',
    outcome: 'skipped',
    conclusion: 'skipped',
    reason: 'an earlier step failed',
    changed: false,
    durationMs: 0,
    step: '2',
    ...b,
  },
  { type: 'job.finished', outcome: 'success', conclusion: 'success', durationMs: 6300, ...a },
  { type: 'job.finished', outcome: 'failure', conclusion: 'failure', durationMs: 1000, ...b },
  { type: 'stage.finished', stage: 'prechecks', outcome: 'failure', conclusion: 'failure', durationMs: 6400 },
  {
    type: 'stage.finished',
    stage: 'deploy',
    outcome: 'skipped',
    conclusion: 'skipped',
    reason: 'it needs prechecks, which failed',
    durationMs: 0,
  },
  {
    type: 'run.finished',
    runId: '20261125-211600-9kx4f',
    conclusion: 'failure',
    exitCode: 1,
    changed: 1,
    durationMs: 6500,
  },
];

/** The events with times a tenth of a second apart. */
export function timed(bodies: readonly EventBody[]): readonly SlipwayEvent[] {
  return bodies.map((body, i) => ({ ...body, time: 1_700_000_000_000 + i * 100 }));
}
