import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localConnection } from '../../../src/hosts/index.ts';
import type { ExecRequest, ExecResult } from '../../../src/lib/ports.ts';
import { assert, suite, throwsCode } from '../../helpers/test.ts';

const test = suite('hosts: local connection');

const host = localConnection({ host: 'h1', env: { PATH: process.env['PATH'], SECRET: 'hidden' } });
let scratch = '';

test.before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'slipway-hosts-'));
});
test.after(() => rmSync(scratch, { recursive: true, force: true }));

type Ended = ExecResult & { readonly stdout: string; readonly stderr: string };

async function sh(script: string, rest: Partial<ExecRequest> = {}): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  const result = await host.exec({
    argv: ['sh', '-c', script],
    output: (stream, chunk) => {
      texts[stream] += chunk.toString('utf8');
    },
    ...rest,
  });
  return { ...result, ...texts };
}

/** Resolves once the file holds a line; the script that writes it must be running. */
async function lineOf(file: string): Promise<string> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    try {
      const text = readFileSync(file, 'utf8');
      if (text.includes('\n')) return text.trim();
    } catch {
      // Not yet there.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${file} was never written`);
}

function lives(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) Z /.test(stat);
  } catch {
    return false;
  }
}

/** A killed process is gone a moment after the signal. */
async function assertGone(pid: string): Promise<void> {
  for (let attempt = 0; attempt < 200 && lives(pid); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.is(lives(pid), false, `process ${pid} still lives`);
}

test('gives the exit code and both outputs', async () => {
  const end = await sh('echo out; echo err >&2; exit 3');
  assert.is(end.exitCode, 3);
  assert.is(end.ended, 'exited');
  assert.is(end.stdout, 'out\n');
  assert.is(end.stderr, 'err\n');
});

test('standard input arrives, and need not be read', async () => {
  assert.is((await sh('cat', { stdin: 'hello' })).stdout, 'hello');
  assert.is((await sh('exit 0', { stdin: 'x'.repeat(1_000_000) })).exitCode, 0);
});

test('commands see little of our environment and all that they are given', async () => {
  const { stdout } = await sh('echo "[$SECRET][$GIVEN]"', { env: { GIVEN: 'yes' } });
  assert.is(stdout, '[][yes]\n');
});

test('the working directory is where it says', async () => {
  assert.is((await sh('pwd', { workingDirectory: '/' })).stdout, '/\n');
});

test('a command that is not there, and a directory that is not there, are told apart', async () => {
  const command = await throwsCode(() => host.exec({ argv: ['/no/such/program'] }), 'E_HOST_COMMAND');
  assert.match(command.message, 'the command /no/such/program is not there');
  const directory = await throwsCode(() => sh('true', { workingDirectory: '/no/such' }), 'E_HOST_COMMAND');
  assert.match(directory.message, 'the directory /no/such is not there');
});

test('a slow reader gets everything', async () => {
  let bytes = 0;
  let chunks = 0;
  await sh('head -c 2000000 /dev/zero', {
    output: async (_stream, chunk) => {
      bytes += chunk.length;
      chunks += 1;
      if (chunks % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  });
  assert.is(bytes, 2_000_000);
});

test('an output that throws ends the command and is told', async () => {
  const fails = () => {
    throw new Error('the sink is full');
  };
  let message = '';
  try {
    await sh('while :; do echo x; done', { output: fails, graceMs: 100 });
  } catch (error) {
    message = (error as Error).message;
  }
  assert.is(message, 'the sink is full');
});

test('a time-out kills the whole tree, also what left the process group', async () => {
  const file = join(scratch, 'stray');
  const script = `setsid sh -c 'echo $$ > ${file}; sleep 300' & sleep 300`;
  const running = sh(script, { timeoutMs: 1_000, graceMs: 500 });
  const pid = await lineOf(file);
  assert.is(lives(pid), true);
  const end = await running;
  assert.is(end.ended, 'timed-out');
  await assertGone(pid);
});

test('cancelling asks first, and a command that cleans up can do so', async () => {
  const file = join(scratch, 'polite');
  const controller = new AbortController();
  const running = sh(`trap 'echo cleaned; exit 0' TERM; echo up > ${file}; while :; do sleep 0.05; done`, {
    signal: controller.signal,
    graceMs: 5_000,
  });
  await lineOf(file);
  controller.abort();
  const end = await running;
  assert.is(end.ended, 'cancelled');
  assert.is(end.stdout, 'cleaned\n');
});

test('a child may clean up too when its parent ends at once', async () => {
  const file = join(scratch, 'child');
  const child = `trap 'sleep 0.3; echo cleaned > ${file}.done; exit 0' TERM; echo up > ${file}; while :; do sleep 0.05; done`;
  const controller = new AbortController();
  const running = sh(`sh -c "$CHILD"; echo`, {
    env: { CHILD: child },
    signal: controller.signal,
    graceMs: 5_000,
  });
  await lineOf(file);
  controller.abort();
  await running;
  assert.is(readFileSync(`${file}.done`, 'utf8'), 'cleaned\n');
});

test('one that does not listen is killed after its grace', async () => {
  const file = join(scratch, 'deaf');
  const controller = new AbortController();
  const running = sh(`trap '' TERM; echo $$ > ${file}; while :; do sleep 0.05; done`, {
    signal: controller.signal,
    graceMs: 200,
  });
  const pid = await lineOf(file);
  controller.abort();
  const end = await running;
  assert.is(end.ended, 'cancelled');
  assert.is(end.signal, 'SIGKILL');
  await assertGone(pid);
});

test('a child that outlives the command and holds its output does not hold us', async () => {
  const file = join(scratch, 'background');
  const end = await sh(`(echo $$ > ${file}; exec sleep 3) & echo done`);
  assert.is(end.exitCode, 0);
  assert.is(end.stdout, 'done\n');
});

test('a signal that came before is heeded before anything starts', async () => {
  const file = join(scratch, 'never');
  writeFileSync(file, '');
  let threw = false;
  await sh(`echo x > ${file}`, { signal: AbortSignal.abort() }).catch(() => {
    threw = true;
  });
  assert.is(threw, true);
  assert.is(readFileSync(file, 'utf8'), '');
});
