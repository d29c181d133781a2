import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript, type ScriptRequest } from '../../../src/runner/script.ts';
import { shellConnection } from '../../helpers/shell-connection.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('script');
const at = { file: 'p.yml', line: 1, column: 1 };
let directory = '';

test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'slipway-script-'));
});
test.after(() => rmSync(directory, { recursive: true, force: true }));

async function run(sharesFiles: boolean, script: string, more: Partial<ScriptRequest> = {}) {
  let output = '';
  const request: ScriptRequest = {
    script,
    shell: undefined,
    env: {},
    path: [],
    workingDirectory: undefined,
    at,
    label: 'step-1',
    output: (stream, chunk) => {
      output += stream === 'stderr' ? `!${chunk}` : String(chunk);
    },
    signal: new AbortController().signal,
    graceMs: 1000,
    ...more,
  };
  const place = {
    scratch: join(directory, 'scratch'),
    workspace: directory,
    env: { PATH: process.env['PATH'] ?? '' },
  };
  const end = await runScript(shellConnection('h', { sharesFiles }), request, place);
  return { ...end, output };
}

for (const where of ['here', 'there'] as const) {
  const here = where === 'here';

  test(`${where}: a script runs with its environment, its files come back, and nothing is left`, async () => {
    const secret = 'it\'s $HOME `x` "quoted"\nand two lines';
    const end = await run(
      here,
      'echo "$GREETING"; echo "a=$SLIPWAY_OUTPUT" >> "$SLIPWAY_OUTPUT"; echo P >> "$GITHUB_PATH"; exit 3',
      {
        env: { GREETING: secret },
      },
    );
    assert.is(end.result.exitCode, 3);
    assert.is(end.output, `${secret}\n`);
    const file = end.files.output?.trim().slice('a='.length) ?? '';
    assert.match(file, /output$/);
    assert.not(existsSync(file));
    assert.is(end.files.path, 'P\n');
  });

  test(`${where}: standard input is empty, so that a script cannot eat itself`, async () => {
    const end = await run(here, 'cat\necho after\n');
    assert.is(end.output, 'after\n');
  });

  test(`${where}: the script is in no argument list`, async () => {
    const end = await run(
      here,
      'tr "\\0" " " < /proc/$$/cmdline; echo; tr "\\0" " " < /proc/$PPID/cmdline # hunter2',
    );
    assert.ok(!end.output.includes('hunter2'), end.output);
  });

  test(`${where}: shells, working directory and path are as asked for`, async () => {
    const end = await run(here, 'false | true; echo $0 >/dev/null; pwd; echo "${PATH%%:*}"', {
      workingDirectory: '/tmp',
      path: ['/first'],
    });
    assert.is(end.output, '/tmp\n/first\n');
    const piped = await run(here, 'false | true\necho no\n', { shell: 'bash' });
    assert.is(piped.result.exitCode, 1);
    const own = await run(here, 'hello', { shell: 'cat {0}' });
    assert.is(own.output.trim(), 'hello');
  });

  test(`${where}: a cancelled script still gives its files back`, async () => {
    const stop = new AbortController();
    const end = await run(here, 'echo a=1 >> "$SLIPWAY_OUTPUT"; echo go; sleep 30', {
      signal: stop.signal,
      output: () => stop.abort(),
    });
    assert.is(end.result.ended, 'cancelled');
    assert.is(end.files.output, 'a=1\n');
  });
}

test('a working directory that is not there, and a shell that is not, are errors', async () => {
  await throwsCode(() => run(true, 'true', { workingDirectory: 'nowhere' }), 'E_STEP_DIRECTORY');
  await throwsCode(() => run(true, 'true', { shell: 'no-such-shell {0}' }), 'E_STEP_SHELL');
  const there = await run(false, 'true', { shell: 'no-such-shell {0}' });
  assert.is(there.result.exitCode, 127);
  assert.match(there.output, /no-such-shell is not on this host/);
});

test('a name that no shell can export is refused', async () => {
  await throwsCode(() => run(false, 'true', { env: { 'a b': 'x' } }), 'E_STEP_ENV');
});
