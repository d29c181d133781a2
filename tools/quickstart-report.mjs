import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// What the quickstart reads off the results of a call:
//   changes STATE   how many images were built and how many changes the pipelines made
//   images STATE    the references of the images of the graph, of the root file systems below them and of the locks
//   proof STATE     what the last stage of post-deploy has proven
const [verb, state] = process.argv.slice(2);
const result = (name) => JSON.parse(readFileSync(join(state, `${name}.json`), 'utf8'));

if (verb === 'changes') {
  const built = result('build').results.filter((one) => one.status === 'built').length;
  const made = ['bootstrap', 'deploy'].map((name) => result(name).changed);
  process.stdout.write(`${made.reduce((sum, count) => sum + count, built)}\n`);
} else if (verb === 'images') {
  const graph = result('graph');
  const made = graph.map(({ image, suite }) => `slipway/${image.split(/[@:]/)[0]}:${suite}`);
  const below = graph.flatMap(({ suite }) => [`slipway/rootfs:${suite}`, `debian:${suite}`]);
  process.stdout.write([...made, ...below, 'slipway-lock:empty'].map((one) => `${one}\n`).join(''));
} else if (verb === 'proof') {
  const said = (stage) => outputOf('post-deploy', stage).map((line) => `  ${line}\n`);
  const stored = said('stored').map((line) => line.replace(/^ {2}/, '  stored in MariaDB: the user '));
  process.stdout.write([...said('proof'), ...stored].join(''));
} else {
  process.stderr.write('quickstart-report.mjs changes|images|proof STATE\n');
  process.exitCode = 2;
}

/** The lines that a stage's steps have written, from the events of a run. */
function outputOf(pipeline, stage) {
  const events = readFileSync(join(state, `${pipeline}.events.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return events
    .map((one) => JSON.parse(one))
    .filter((event) => event.type === 'step.output' && event.stage === stage)
    .flatMap((event) => event.text.trimEnd().split('\n'));
}
