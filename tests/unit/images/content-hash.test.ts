import { chmodSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFact } from '../../../src/engine/index.ts';
import { contentHashes, planGraph } from '../../../src/images/index.ts';
import { assert, suite } from '../../helpers/test.ts';
import { template, temporaryTree } from './tree.ts';

const test = suite('images/content-hash');

const tree = temporaryTree();
test.after(tree.remove);
test.beforeEach(() => {
  tree.write('p/base/Dockerfile.njk', template(undefined, 'COPY start /\n'));
  tree.write('p/base/start', 'one', 0o755);
  tree.write('p/child/Dockerfile.njk', template('base'));
  tree.write('p/other/Dockerfile.njk', template('base'));
  tree.write('p/other/file', 'x');
});

type Change = { base?: string; snapshot?: string; buildArgs?: Record<string, string> };

function hashes({ base = 'sha256:b', snapshot = 'sha256:s', buildArgs = {} }: Change = {}) {
  const graph = planGraph({ roots: [tree.root], selection: { patterns: [] } });
  const fact: ImageFact = { id: base, references: [], labels: {}, sizeBytes: 1 };
  return contentHashes(graph, {
    bases: new Map([['trixie', fact]]),
    externals: new Map(),
    snapshot: { trixie: snapshot },
    buildArgs,
  });
}

const changed = (before: Map<string, string>, after: Map<string, string>) =>
  [...before.keys()].filter((key) => before.get(key) !== after.get(key)).map((key) => key.split('@')[0]);

test('the same tree has the same hashes, whatever the times and the umask', () => {
  const before = hashes();
  utimesSync(join(tree.root, 'p/base/start'), 1, 1);
  chmodSync(join(tree.root, 'p/base/start'), 0o775);
  chmodSync(join(tree.root, 'p/other/file'), 0o600);
  assert.equal(changed(before, hashes()), []);
  assert.match(before.get('base@trixie') ?? '', /^sha256:[0-9a-f]{64}$/);
});

test('bytes, path and the executable bit of a file count', () => {
  const before = hashes();
  tree.write('p/other/file', 'y');
  assert.equal(changed(before, hashes()), ['other']);
  tree.write('p/other/file', 'x');
  assert.equal(changed(before, hashes()), []);
  chmodSync(join(tree.root, 'p/other/file'), 0o755);
  assert.equal(changed(before, hashes()), ['other']);
  chmodSync(join(tree.root, 'p/other/file'), 0o644);
  tree.write('p/other/more', '');
  assert.equal(changed(before, hashes()), ['other']);
});

test('a parent changes its descendants', () => {
  const before = hashes();
  tree.write('p/base/start', 'two', 0o755);
  assert.equal(changed(before, hashes()).sort(), ['base', 'child', 'other']);
});

test('the base image, the snapshot and build arguments change everything', () => {
  const before = hashes();
  for (const change of [{ base: 'sha256:c' }, { snapshot: 'sha256:t' }, { buildArgs: { A: '1' } }]) {
    assert.is(changed(before, hashes(change)).length, before.size);
  }
});

test('a comment of the template changes nothing', () => {
  const before = hashes();
  tree.write('p/child/Dockerfile.njk', template('base', '{# why #}\n'));
  assert.equal(changed(before, hashes()), []);
});
