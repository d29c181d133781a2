import { type BuildRequest, buildImages } from '../../../src/images/index.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { UserError } from '../../../src/lib/errors.ts';
import type { EventBody } from '../../../src/lib/events.ts';
import { emptyImagesLock } from '../../../src/lib/images-lock.ts';
import { assert, suite } from '../../helpers/test.ts';
import { fakeImageEngine } from './fake-image-engine.ts';
import { template, temporaryTree } from './tree.ts';

const test = suite('images/build-images');

const trees: ReturnType<typeof temporaryTree>[] = [];
test.after(() => {
  for (const tree of trees) tree.remove();
});

const rootfs = { id: 'sha256:rootfs', references: ['slipway/rootfs:trixie'], labels: {}, sizeBytes: 1 };

/** base ← child ← grandchild, base ← other. */
function workshop() {
  const tree = temporaryTree({
    'p/base/Dockerfile.njk': template(undefined, 'COPY start /\n'),
    'p/base/start': 'x',
    'p/child/Dockerfile.njk': template('base', 'RUN child\n'),
    'p/grandchild/Dockerfile.njk': template('child'),
    'p/other/Dockerfile.njk': template('base', 'RUN other\n'),
  });
  trees.push(tree);
  const engine = fakeImageEngine([{ ...rootfs }]);
  const slept: number[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
    },
  };
  const controller = new AbortController();
  let lock = emptyImagesLock;
  let events: EventBody[] = [];
  const build = async (more: Partial<BuildRequest> = {}) => {
    events = [];
    const request: BuildRequest = {
      roots: [tree.root],
      selection: { patterns: [] },
      naming: { namespace: 'ns', tag: undefined, suite: undefined },
      ...{ jobs: 1, noCache: false, update: false, push: false },
      ...{ buildArgs: {}, proxies: {}, lock },
      ...more,
    };
    const emit = (event: EventBody) => events.push(event);
    const outcome = await buildImages(request, { engine, emit, clock, signal: controller.signal });
    lock = outcome.lock;
    const status = Object.fromEntries(outcome.results.map((one) => [one.image, one.status]));
    return { ...outcome, status, events };
  };
  return { tree, engine, build, slept, controller, eventsSoFar: () => events };
}

test('the first build builds all, parents first, on the ids of their parents, and fills the lock', async () => {
  const { build, engine } = workshop();
  const { status, lock, events } = await build();
  assert.equal(status, { base: 'built', child: 'built', grandchild: 'built', other: 'built' });
  assert.equal(engine.builds[0]?.files, ['Dockerfile', 'start']);
  assert.match(engine.builds[0]?.dockerfile ?? '', /^FROM sha256:rootfs\nLABEL slipway.snapshot=sha256:/);
  const base = engine.images.find((one) => one.references.includes('ns/base:trixie'));
  assert.match(engine.builds[1]?.dockerfile ?? '', `FROM ${base?.id}`);
  assert.is(lock.images['base']?.configDigest, base?.id);
  assert.is(lock.images['base']?.tag, 'trixie');
  assert.ok(lock.snapshot['trixie']);
  assert.equal(events[0], {
    type: 'build.started',
    images: ['base', 'child', 'grandchild', 'other'],
    jobs: 1,
  });
});

test('a second build sends nothing to the builder and asks the engine once', async () => {
  const { build, engine } = workshop();
  const first = await build();
  const before = engine.calls();
  const { status, lock } = await build();
  assert.equal(status, {
    base: 'unchanged',
    child: 'unchanged',
    grandchild: 'unchanged',
    other: 'unchanged',
  });
  assert.is(engine.calls() - before, 1);
  assert.equal(lock, first.lock);
});

test('a changed file rebuilds its image and the descendants only', async () => {
  const { build, tree } = workshop();
  await build();
  tree.write('p/child/file', 'new');
  const { status, events } = await build();
  assert.equal(status, { base: 'unchanged', child: 'built', grandchild: 'built', other: 'unchanged' });
  const why = events.flatMap((event) => (event.type === 'image.started' ? [event.why] : []));
  assert.match(why[0] ?? '', 'changed');
});

test('an image whose parent was replaced on the engine is built anew', async () => {
  const { build, engine } = workshop();
  await build();
  const parent = engine.images.findIndex((one) => one.references.includes('ns/child:trixie'));
  engine.images.splice(parent, 1);
  const { status, events } = await build();
  assert.equal(status, { base: 'unchanged', child: 'built', grandchild: 'built', other: 'unchanged' });
  const last = events.flatMap((event) => (event.type === 'image.started' ? [event.why] : [])).at(-1);
  assert.is(last, 'its parent was built anew');
});

test('an image of the same content under another tag is tagged, not built', async () => {
  const { build, engine } = workshop();
  await build();
  const { status } = await build({ naming: { namespace: 'ns', tag: 'v1', suite: 'trixie' } });
  assert.is(status['grandchild'], 'unchanged');
  assert.ok(engine.images.some((one) => one.references.includes('ns/grandchild:v1')));
  assert.is(engine.builds.length, 4);
});

test('a failed image fails its descendants with its error, and the rest goes on', async () => {
  const { build, engine } = workshop();
  engine.onBuild = (request) => {
    request.progress({ kind: 'output', text: 'make: no rule' });
    if (request.reference === 'ns/child:trixie')
      throw new UserError('E_IMAGE_BUILD', 'returned a non-zero code: 2');
  };
  const { status, results, counts, lock } = await build();
  assert.equal(status, { base: 'built', child: 'failed', grandchild: 'skipped', other: 'built' });
  const child = results.find((one) => one.image === 'child');
  assert.equal([child?.failedStep, child?.logTail], ['Step 1/1: RUN it', ['make: no rule']]);
  const skipped = results.find((one) => one.image === 'grandchild');
  assert.equal([skipped?.because, skipped?.message], ['child', 'child failed: returned a non-zero code: 2']);
  assert.equal(counts, { built: 2, unchanged: 0, failed: 1, skipped: 1, cancelled: 0 });
  assert.equal(Object.keys(lock.images), ['base', 'other']);
});

test('what may pass is tried three times with growing waits, what fails each time once', async () => {
  const { build, engine, slept } = workshop();
  engine.onBuild = (request, attempt) => {
    if (request.reference !== 'ns/base:trixie' || attempt > 2) return;
    request.progress({ kind: 'output', text: 'E: Temporary failure resolving' });
    throw new UserError('E_IMAGE_BUILD', 'returned a non-zero code: 100');
  };
  const { status, events } = await build({ selection: { patterns: ['base'] } });
  assert.is(status['base'], 'built');
  assert.equal(slept, [2000, 8000]);
  assert.ok(
    events.some((event) => event.type === 'image.output' && event.text.startsWith('attempt 2 of 3 in 2 s')),
  );
});

test('a network that stays away fails after the third attempt', async () => {
  const { build, engine, slept } = workshop();
  engine.onBuild = () => {
    throw new UserError('E_IMAGE_BUILD', 'Could not resolve host');
  };
  const { status } = await build();
  assert.equal(status, { base: 'failed', child: 'skipped', grandchild: 'skipped', other: 'skipped' });
  assert.is(slept.length, 2);
});

test('the signal cancels what runs and what waits', async () => {
  const { build, engine, controller } = workshop();
  engine.onBuild = (request) => {
    if (request.reference !== 'ns/child:trixie') return;
    controller.abort(new Error('interrupted'));
    request.signal.throwIfAborted();
  };
  const { status, counts } = await build();
  assert.equal(status, { base: 'built', child: 'cancelled', grandchild: 'cancelled', other: 'cancelled' });
  assert.is(counts.cancelled, 3);
});

test('--update builds anew only where the package lists changed', async () => {
  const { build, engine } = workshop();
  await build();
  assert.is((await build({ update: true })).status['base'], 'unchanged');
  engine.packageLists = `${'b'.repeat(64)}  -\n`;
  assert.is((await build()).status['base'], 'unchanged', 'the lock keeps its snapshot');
  assert.is((await build({ update: true })).status['base'], 'built');
});

test('pushed images have their digests in the lock, also the unchanged ones', async () => {
  const { build, engine } = workshop();
  await build();
  const { lock, results } = await build({
    registry: 'r:5000',
    push: true,
    selection: { patterns: ['other'] },
  });
  assert.equal(engine.pushes.sort(), ['r:5000/ns/base:trixie', 'r:5000/ns/other:trixie']);
  assert.match(lock.images['other']?.registryDigest ?? '', /^sha256:/);
  assert.is(results.length, 2);
  assert.is((await build()).lock.images['other']?.registryDigest, lock.images['other']?.registryDigest);
});

test('a base image that is not there is pulled', async () => {
  const { build, engine } = workshop();
  engine.images.splice(0);
  await build({ selection: { patterns: ['base'] } });
  assert.ok(engine.images.some((one) => one.references.includes('debian:trixie')));
});

test('two suites of an image have their own names in events and tags', async () => {
  const { build, tree, engine } = workshop();
  tree.write('p/old/Dockerfile.njk', "{# suites: bookworm #}\nFROM {{ image('base') }}\n");
  engine.images.push({ ...rootfs, id: 'sha256:old', references: ['debian:bookworm'] });
  const naming = { namespace: 'ns', tag: 'v1', suite: 'trixie' };
  const { results } = await build({ selection: { patterns: ['old', 'other'] }, naming });
  assert.equal(results.map((one) => `${one.image} ${one.reference}`).sort(), [
    'base@bookworm ns/base:v1-bookworm',
    'base@trixie ns/base:v1',
    'old ns/old:v1-bookworm',
    'other ns/other:v1',
  ]);
});
