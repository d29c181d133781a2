import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slipway } from '../helpers/slipway.ts';
import { assert, suite } from '../helpers/test.ts';

const test = suite('cli/signals');

const directory = mkdtempSync(join(tmpdir(), 'slipway-signals-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

/** A pipeline whose step says its process id and that it runs; with `deaf` it does not listen to polite signals. */
function writePipeline(name: string, deaf: boolean): string {
  const file = join(directory, `${name}.yml`);
  const lines = [
    'name: Wait',
    'on: { workflow_dispatch: }',
    'stages:',
    '  wait:',
    '    steps:',
    '      - run: |',
    ...(deaf ? [`          trap '' INT TERM`] : []),
    `          echo $$ >${join(directory, `${name}.pid`)}`,
    '          echo the step runs',
    '          for i in $(seq 600); do sleep 0.1; done',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** Calls `act` once the step has said that it runs. */
function onceItRuns(act: (child: ChildProcess) => void): (child: ChildProcess) => void {
  return (child) => {
    let seen = '';
    let acted = false;
    child.stderr?.on('data', (chunk: Buffer) => {
      seen += chunk;
      if (acted || !seen.includes('the step runs\n')) return;
      acted = true;
      act(child);
    });
  };
}

async function run(name: string, options: { deaf: boolean; act: (child: ChildProcess) => void }) {
  const file = writePipeline(name, options.deaf);
  return slipway(['run', file], { cwd: directory, started: onceItRuns(options.act) });
}

function isAlive(name: string): boolean {
  const pid = readFileSync(join(directory, `${name}.pid`), 'utf8').trim();
  return existsSync(`/proc/${pid}`);
}

test('SIGINT ends the run in order: the step is gone, and the exit code is 130', async () => {
  const end = await run('interrupt', { deaf: false, act: (child) => child.kill('SIGINT') });
  assert.is(end.exitCode, 130, end.stderr);
  assert.match(end.stderr, 'SIGINT: stopping; once more stops at once');
  assert.not.ok(isAlive('interrupt'));
  assert.ok(end.durationMs < 30_000);
});

test('SIGTERM does the same with 143', async () => {
  const end = await run('terminate', { deaf: false, act: (child) => child.kill('SIGTERM') });
  assert.is(end.exitCode, 143, end.stderr);
  assert.not.ok(isAlive('terminate'));
});

test('a second signal ends the process at once', async () => {
  const act = (child: ChildProcess) => {
    child.kill('SIGINT');
    child.stderr?.on('data', (chunk: Buffer) => {
      if (`${chunk}`.includes('stopping')) child.kill('SIGINT');
    });
  };
  const end = await run('twice', { deaf: true, act });
  const pid = Number(readFileSync(join(directory, 'twice.pid'), 'utf8'));
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    process.kill(pid, 'SIGKILL');
  }
  assert.is(end.exitCode, 130);
  assert.ok(end.durationMs < 8000, `it took ${end.durationMs} ms`);
});
