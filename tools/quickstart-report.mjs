import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// What the quickstart reads off the results of a call:
//   changes STATE   how many images were built and how many changes the pipelines made
//   proof STATE     what the last stage of post-deploy has proven
const [verb, state] = process.argv.slice(2);
const result = (name) => JSON.parse(readFileSync(join(state, `${name}.json`), 'utf8'));

if (verb === 'changes') {
  const built = result('build').results.filter((one) => one.status === 'built').length;
  const made = ['bootstrap', 'deploy'].map((name) => result(name).changed);
  process.stdout.write(`${made.reduce((sum, count) => sum + count, built)}\n`);
} else if (verb === 'proof') {
  const events = readFileSync(join(state, 'post-deploy.events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one));
  const shown = events.filter(
    (event) => event.type === 'step.output' && ['proof', 'stored'].includes(event.stage),
  );
  for (const { text } of shown) process.stdout.write(`  ${text.trimEnd()}\n`);
} else {
  process.stderr.write('quickstart-report.mjs changes|proof STATE\n');
  process.exitCode = 2;
}
