import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SlipwayEvent } from '../../../src/lib/events.ts';
import { createRunRecord, fileNameOf } from '../../../src/runner/record.ts';
import { nodeRecordFiles, type RecordFiles } from '../../../src/runner/record-files.ts';
import { createRunId, isRunId } from '../../../src/runner/run-id.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('record');
const endings = { 'summary.md': () => '# md', 'summary.json': () => '{}', 'junit.xml': () => '<x/>' };
const output: SlipwayEvent = {
  type: 'step.output',
  time: 1,
  stage: 'a',
  job: 'a[c1]',
  step: '1',
  stream: 'stdout',
  text: 'hello',
};

test('events, a log a job and the endings are written, for their owner only', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'slipway-record-'));
  const directory = join(parent, '.slipway', 'runs', 'x');
  const record = createRunRecord({
    directory,
    files: nodeRecordFiles(),
    endings,
    onTrouble: assert.unreachable,
  });
  record.reporter.receive(output);
  record.write('plan.json', '{}');
  await record.reporter.close();
  assert.equal(JSON.parse(readFileSync(join(directory, 'events.jsonl'), 'utf8')), output);
  assert.is(readFileSync(join(directory, 'jobs', `${fileNameOf('a[c1]')}.log`), 'utf8'), 'hello\n');
  assert.is(readFileSync(join(directory, 'summary.md'), 'utf8'), '# md');
  for (const file of ['events.jsonl', 'plan.json', 'junit.xml', `jobs/${fileNameOf('a[c1]')}.log`]) {
    assert.is(statSync(join(directory, file)).mode & 0o777, 0o600, file);
  }
  for (const path of ['.slipway', '.slipway/runs', '.slipway/runs/x', '.slipway/runs/x/jobs']) {
    assert.is(statSync(join(parent, path)).mode & 0o777, 0o700, path);
  }
  rmSync(parent, { recursive: true });
});

test('a full disk is told once and stops nothing', async () => {
  const full = () => {
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  const files: RecordFiles = { write: full, append: full, close: () => undefined };
  const troubles: string[] = [];
  const onTrouble = (error: Error & { code: string }) => void troubles.push(`${error.code} ${error.message}`);
  const record = createRunRecord({ directory: '/r', files, endings, onTrouble });
  record.reporter.receive(output);
  record.reporter.receive(output);
  await record.reporter.close();
  assert.equal(troubles, ["E_RUN_RECORD the record /r can't be written: the disk is full"]);
});

test('names of jobs become names of files that stay apart', () => {
  assert.is(fileNameOf('deploy'), 'deploy');
  assert.is.not(fileNameOf('a/b'), fileNameOf('a b'));
  assert.not.match(fileNameOf('../../etc/passwd'), /\/|^\./);
  assert.ok(fileNameOf('x'.repeat(500)).length < 140);
});

test('run ids sort by time', () => {
  const ids = [1000, 1001, 1999, 2000, 90_000_000].map((ms) =>
    createRunId(1_700_000_000_000 + ms, () => 0.5),
  );
  assert.equal([...ids].sort(), ids);
  assert.ok(ids.every(isRunId));
});
