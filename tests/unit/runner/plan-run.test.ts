import { z } from 'zod';
import { type Action, builtinActions, defineAction } from '../../../src/actions/index.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { performCase, planCase, type RunCase } from '../../helpers/run-case.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('plan mode and locks');
const applied: string[] = [];

/** An action that changes a thing on its host unless it is told that nothing differs. */
const touch = defineAction({
  name: 'slipway/touch',
  description: 'for tests',
  inputs: z.strictObject({ thing: z.string(), same: z.coerce.boolean().default(false) }),
  outputs: { id: 'an id' },
  needs: ['host'],
  changesEngine: true,
  plan: async (context, inputs: { thing: string; same: boolean }) => {
    if (inputs.thing === 'later') return { changes: [], because: '', deferred: 'the stage images' };
    if (inputs.thing === 'gone') throw new UserError('E_ENGINE_UNREACHABLE', 'the engine does not answer');
    const host = context.host ?? '';
    const change = { host, target: inputs.thing, kind: 'create' as const, reasons: ['it is not there'] };
    return { changes: inputs.same ? [] : [change], because: `${inputs.thing} is as wanted` };
  },
  apply: async (context, plan) => {
    for (const change of plan.changes) {
      applied.push(`${change.target} on ${change.host}`);
      context.applied(change);
    }
    return { changed: plan.changes.length > 0, outputs: { id: 'i1' } };
  },
});
const actions: ReadonlyMap<string, Action> = new Map([...builtinActions, [touch.name, touch]]);
const given = (pipeline: string, more: Partial<RunCase> = {}): RunCase => ({
  pipeline,
  actions,
  hosts: ['c1', 'c2'],
  ...more,
});

test('a plan asks every action and applies none', async () => {
  applied.length = 0;
  const report = await planCase(
    given(`
stages:
  a:
    hosts: all
    steps:
      - { id: t, uses: slipway/touch, with: { thing: web } }
      - { uses: slipway/touch, with: { thing: db, same: 'true' } }
      - { uses: slipway/touch, with: { thing: later } }
      - { uses: slipway/touch, with: { thing: 'x\${{ steps.t.outputs.id }}' } }
      - run: echo
      - { run: echo, if: failure() }
`),
  );
  assert.equal(applied, []);
  assert.is(report.changes, 2);
  assert.ok(report.drift);
  const kinds = report.stages[0]?.jobs[0]?.steps.map(({ forecast }) =>
    forecast.kind === 'known-after' ? `after ${forecast.after}` : forecast.kind,
  );
  assert.equal(kinds, [
    'changes',
    'none',
    'after the stage images',
    'after the step t',
    'unknown',
    'skipped',
  ]);
});

test('a script is drift only if it says changes; nothing else is no drift', async () => {
  const quiet = await planCase(given('stages: { a: { steps: [{ run: echo }] } }'));
  assert.not.ok(quiet.drift);
  const loud = await planCase(given("stages: { a: { steps: [{ run: echo, changes: 'true' }] } }"));
  assert.ok(loud.drift);
});

test('what hangs on an earlier stage is known after it, also through a nested pipeline', async () => {
  const report = await planCase(
    given(
      `
stages:
  a: { outputs: { n: '\${{ steps.s.outputs.n }}' }, steps: [{ id: s, run: set n=1 }] }
  b: { needs: a, hosts: all, steps: [{ uses: slipway/touch, with: { thing: '\${{ needs.a.outputs.n }}' } }] }
  c: { needs: a, strategy: { matrix: { x: '\${{ fromJSON(needs.a.outputs.n) }}' } }, steps: [{ run: echo }] }
  d: { needs: a, uses: ./inner.yml, with: { n: '\${{ needs.a.outputs.n }}' } }
`,
      {
        files: {
          'inner.yml': `
on: { workflow_call: { inputs: { n: { type: string } } } }
stages: { x: { hosts: all, steps: [{ uses: slipway/touch, with: { thing: y } }] } }
`,
        },
      },
    ),
  );
  const stage = (name: string) => report.stages.find((one) => one.stage === name);
  assert.equal(stage('b')?.jobs[0]?.steps[0]?.forecast, { kind: 'known-after', after: 'the stage a' });
  assert.equal(stage('c')?.after, ['the stage a']);
  assert.equal(stage('d')?.jobs[0]?.steps[0]?.forecast, { kind: 'known-after', after: 'the stage a' });
});

test('a host that cannot be asked makes the plan incomplete, not wrong', async () => {
  const report = await planCase(
    given('stages: { a: { hosts: c1, steps: [{ uses: slipway/touch, with: { thing: gone } }] } }'),
  );
  assert.equal(report.unreachable, ['c1']);
});

const touching = 'stages: { a: { hosts: all, steps: [{ uses: slipway/touch, with: { thing: web } }] } }';

test('a run that lost its lock stops before its next change', async () => {
  applied.length = 0;
  let released = 0;
  const locks = {
    check: async (host: string) => {
      if (host === 'c2') throw new UserError('E_LOCK_LOST', 'the lock is held by someone else');
    },
    unreachable: new Map(),
    release: async () => {
      released += 1;
    },
  };
  const { lines, end } = await performCase(given(touching, { locks, lockHosts: ['c1', 'c2'] }));
  assert.equal(applied, ['web on c1']);
  assert.ok(lines.includes('step a[c2] 1: failure !E_LOCK_LOST'));
  assert.is(end.exitCode, 1);
  assert.is(released, 1);
});

test('a host whose lock could not be reached leaves the run at once', async () => {
  const unreachable = new Map([['c2', new Error('no route')]]);
  const locks = { check: async () => undefined, unreachable, release: async () => undefined };
  const { lines, end } = await performCase(given(touching, { locks, lockHosts: ['c1', 'c2'] }));
  assert.ok(
    lines.includes('job a[c2]: skipped (c2 left the run: its engine could not be reached: no route)'),
  );
  assert.is(end.exitCode, 4);
});

test('a lock that is held ends the run before it begins', async () => {
  const held = given(touching, { lockHosts: ['c1'] });
  await throwsCode(
    () => performCase({ ...held, lockError: new UserError('E_LOCK_HELD', 'held') }),
    'E_LOCK_HELD',
  );
});

test('no more jobs run at a time than there are places, and nested pipelines take none', async () => {
  const { memory, end } = await performCase(
    given(
      `
stages:
  a: { strategy: { matrix: { n: [1, 2, 3, 4, 5, 6] } }, uses: ./inner.yml }
`,
      {
        maxHosts: 2,
        files: { 'inner.yml': 'stages: { x: { hosts: all, steps: [{ run: take 3s }] } }' },
      },
    ),
  );
  assert.is(memory.most, 2);
  assert.is(end.conclusion, 'success');
});

test('max-parallel bounds a stage', async () => {
  const { memory } = await performCase(
    given('stages: { a: { max-parallel: 1, hosts: all, steps: [{ run: take 3s }] } }'),
  );
  assert.is(memory.most, 1);
});

test('secrets do not leave a run, in no event and in no form', async () => {
  const secret = 'S3cr3t/with+signs';
  const { events } = await performCase(
    given(
      `
stages:
  a:
    outputs: { o: '\${{ steps.s.outputs.o }}' }
    steps:
      - id: s
        name: Use \${{ secrets.token }}
        env: { TOKEN: '\${{ secrets.token }}' }
        run: |
          show TOKEN
          print ${Buffer.from(`user:${secret}`).toString('base64')}
          print ::error::\${{ secrets.token }}
          set o=\${{ secrets.token }}
          exit 1
`,
      { secrets: { token: secret } },
    ),
  );
  assert.not.match(JSON.stringify(events), /S3cr3t|UzNjcjN0|M2NyM3|zY3IzdC/);
});
