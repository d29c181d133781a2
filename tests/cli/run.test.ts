import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slipway } from '../helpers/slipway.ts';
import { assert, suite } from '../helpers/test.ts';

const test = suite('cli/run');
let directory = '';

test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'slipway-run-test-'));
});
test.after(() => rmSync(directory, { recursive: true, force: true }));

function pipeline(text: string): string {
  writeFileSync(join(directory, 'p.yml'), text);
  return 'p.yml';
}

const settings = () => ({ cwd: directory, env: { TMPDIR: directory } });

function lastRecord(): string {
  const runs = join(directory, '.slipway', 'runs');
  return join(runs, readdirSync(runs).sort().at(-1) ?? '');
}

test('a pipeline runs without a site, tells its end, and leaves a record for its owner only', async () => {
  const file = pipeline(`
name: Demo
on: { workflow_dispatch: { inputs: { word: { type: string, default: hello } } } }
stages:
  one: { outputs: { o: '\${{ steps.s.outputs.o }}' }, steps: [{ id: s, run: 'echo "o=\${{ inputs.word }}" >> "$SLIPWAY_OUTPUT"' }] }
  two: { needs: one, steps: [{ run: 'echo "got \${{ needs.one.outputs.o }}"' }] }
`);
  const end = await slipway(['run', file, '--input', 'word=there', '--junit', 'out.xml'], settings());
  assert.is(end.exitCode, 0);
  assert.is(end.stdout, '');
  assert.match(end.stderr, /\[two\] {3}got there/);
  assert.match(end.stderr, /Demo succeeded after .* nothing changed/);
  assert.match(
    readFileSync(join(directory, 'out.xml'), 'utf8'),
    /<testsuite name="two" tests="1" failures="0"/,
  );
  const record = lastRecord();
  for (const name of ['events.jsonl', 'plan.json', 'summary.json', 'summary.md', 'junit.xml']) {
    assert.is(statSync(join(record, name)).mode & 0o777, 0o600, name);
  }
  assert.is(statSync(record).mode & 0o777, 0o700);
  assert.is(JSON.parse(readFileSync(join(record, 'summary.json'), 'utf8')).conclusion, 'success');
});

test('a failure ends with 1, its log at the end, and the command to type', async () => {
  const file = pipeline(`
stages:
  a: { steps: [{ run: 'echo the reason >&2; exit 9' }] }
  b: { needs: a, steps: [{ run: echo b }] }
`);
  const end = await slipway(['run', file, '--json', '--progress', 'plain'], settings());
  assert.is(end.exitCode, 1);
  assert.is(JSON.parse(end.stdout).failures[0].error.code, 'E_STEP_EXIT');
  const last = end.stderr.slice(end.stderr.lastIndexOf('FAILED a: echo the reason'));
  assert.match(last, / {2}\| the reason\n/);
  assert.match(last, /skipped b: it needs a, which failed\n/);
  assert.match(last, /again: slipway run p\.yml\n$/);
});

test('Ctrl-C ends the script and all that it started, runs always() steps, and exits with 130', async () => {
  const file = pipeline(`
stages:
  a:
    steps:
      - run: |
          sleep 300 &
          echo "$!" > child.pid
          echo ready
          wait
      - { if: always(), run: touch cleaned }
`);
  const end = await slipway(['run', file, '--progress', 'plain'], {
    ...settings(),
    started: (child) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.includes('ready\n')) child.kill('SIGINT');
      });
    },
  });
  assert.is(end.exitCode, 130);
  assert.ok(existsSync(join(directory, 'cleaned')));
  const pid = readFileSync(join(directory, 'child.pid'), 'utf8').trim();
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  assert.ok(state === '' || / Z /.test(state), state);
  assert.equal(
    readdirSync(directory).filter((name) => name.startsWith('slipway-run-')),
    [],
  );
});

test('check tells every problem with its place and exits with 2', async () => {
  const file = pipeline(`
stages:
  a:
    need: b
    steps: [{ run: 'echo \${{ input.x }}' }, { uses: slipway/htp }]
`);
  const end = await slipway(['check', file], settings());
  assert.is(end.exitCode, 2);
  assert.match(end.stderr, /p\.yml:4:5: error E_\w+: .*"need"/);
  assert.match(end.stderr, /p\.yml:5:\d+: error E_EXPRESSION_CONTEXT/);
  assert.match(end.stderr, /slipway\/htp/);
  assert.is((await slipway(['run', file], settings())).exitCode, 2);
});

test('plan changes nothing, exits with 3 where a script says that it may change something, and writes its plan', async () => {
  const file = pipeline(`stages: { a: { steps: [{ run: touch never, changes: 'true' }] } }`);
  const end = await slipway(['plan', file, '--out', 'plan.json'], settings());
  assert.is(end.exitCode, 3);
  assert.match(end.stdout, /> touch never: will run, effect unknown/);
  assert.not.ok(existsSync(join(directory, 'never')));
  assert.is(JSON.parse(readFileSync(join(directory, 'plan.json'), 'utf8')).drift, true);
});

test('a pipeline that is not there gets a hint', async () => {
  const end = await slipway(['run', 'deply'], settings());
  assert.is(end.exitCode, 2);
  assert.match(end.stderr, /E_PIPELINE_UNKNOWN: there is no pipeline "deply"\n.*did you mean "deploy"/);
});
