import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { pack } from 'tar-stream';
import {
  connectEngine,
  type EngineConnection,
  type ImageEngine,
  imageEngine,
} from '../../src/engine/index.ts';
import { localConnection } from '../../src/hosts/index.ts';
import { type BuildRequest, buildImages } from '../../src/images/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { UserError } from '../../src/lib/errors.ts';
import type { EventBody } from '../../src/lib/events.ts';
import { emptyImagesLock, type ImagesLock } from '../../src/lib/images-lock.ts';
import { assert, suite } from '../helpers/test.ts';
import { temporaryTree } from '../unit/images/tree.ts';

const test = suite('live/build');

const mark = `slipway-test-${randomBytes(4).toString('hex')}`;
const base = `${mark}/rootfs:trixie`;
const tree = temporaryTree();
/** Every image that was built, also those that a later build took the name of. */
const built = new Set<string>();
const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

let connection: EngineConnection;
let engine: ImageEngine;
let lock: ImagesLock = emptyImagesLock;

type Run = { more?: Partial<BuildRequest>; on?: (event: EventBody) => void; signal?: AbortSignal };

async function build({ more = {}, on = () => undefined, signal = new AbortController().signal }: Run = {}) {
  const events: EventBody[] = [];
  const request: BuildRequest = {
    roots: [tree.root],
    selection: { patterns: [] },
    naming: { namespace: mark, tag: undefined, suite: undefined },
    ...{ jobs: 2, noCache: false, update: false, push: false, base },
    ...{ buildArgs: {}, proxies: {}, lock, logDirectory: join(tree.root, '.logs') },
    ...more,
  };
  const emit = (event: EventBody) => {
    events.push(event);
    on(event);
  };
  const outcome = await buildImages(request, { engine, emit, clock: systemClock, signal });
  lock = outcome.lock;
  for (const result of outcome.results) if (result.digest) built.add(result.digest);
  return {
    ...outcome,
    events,
    status: Object.fromEntries(outcome.results.map((one) => [one.image, one.status])),
  };
}

/** Containers whose command holds this run's mark: those of its RUN steps. */
async function leftContainers(): Promise<string[]> {
  const all = await connection.call('list containers', (docker) => docker.listContainers({ all: true }));
  return all.filter((one) => one.Command.includes(mark)).map((one) => one.Id);
}

/** The engine cleans up after it lost a client, not before it answers. */
async function noContainerLeft(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await leftContainers()).length === 0) return;
    await wait(100);
  }
  assert.equal(await leftContainers(), []);
}

async function busyboxTar(): Promise<Readable> {
  const tar = pack();
  tar.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(busybox as string));
  for (const name of ['sh', 'sleep', 'cat', 'echo', 'false']) {
    tar.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' });
  }
  tar.finalize();
  return tar as unknown as Readable;
}

const template = (parent: string | undefined, rest = '') =>
  `FROM ${parent === undefined ? '{{ base_image }}' : `{{ image('${parent}') }}`}\n${rest}`;

function writeTree(): void {
  tree.write('p/base/Dockerfile.njk', template(undefined, `COPY greeting /\nRUN cat /greeting # ${mark}\n`));
  tree.write('p/base/greeting', 'hello from the context');
  tree.write('p/child/Dockerfile.njk', template('base', `COPY data /data\nRUN echo child # ${mark}\n`));
  tree.write('p/child/data', 'one');
  tree.write('p/grandchild/Dockerfile.njk', template('child', 'ENV A=1\n'));
  tree.write('p/other/Dockerfile.njk', template('base', `RUN echo other # ${mark}\n`));
}

/** An image with images on it cannot be removed before them, so there is a second round. */
async function removeImages(): Promise<void> {
  const named = (await engine.listImages()).filter((one) =>
    one.references.some((name) => name.startsWith(mark)),
  );
  const newestFirst = [...built].reverse();
  const references = named.flatMap((one) => one.references.filter((name) => name.startsWith(mark)));
  for (const image of [...newestFirst, ...references, ...newestFirst, ...references]) {
    try {
      await connection.call('remove an image', (docker) => docker.getImage(image).remove({ force: true }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
}

if (busybox === undefined) {
  test.skip('builds', 'needs the package busybox-static');
} else {
  test.before(async () => {
    const host = localConnection({ host: 'localhost', env: process.env });
    connection = await connectEngine(await host.engine(), { host: 'localhost' });
    engine = imageEngine(connection);
    const signal = new AbortController().signal;
    await engine.importImage({ tar: await busyboxTar(), reference: base, changes: [], signal });
  });
  test.after(async () => {
    for (const id of await leftContainers()) {
      await connection.call('remove', (docker) => docker.getContainer(id).remove({ force: true }));
    }
    await removeImages();
    connection.close();
    tree.remove();
  });
  test.beforeEach(writeTree);

  test('the first build makes every image, with labels, a log and a lock', async () => {
    const { status, events, results } = await build();
    assert.equal(status, { base: 'built', child: 'built', grandchild: 'built', other: 'built' });
    const printed = events.flatMap((event) => (event.type === 'image.output' ? [event.text] : []));
    assert.ok(printed.includes('hello from the context'), printed.join('\n'));
    const child = await engine.inspectImage(`${mark}/child:trixie`);
    const parent = await engine.inspectImage(`${mark}/base:trixie`);
    assert.is(child?.labels['slipway.parent'], parent?.id);
    assert.is(child?.labels['slipway.content-hash'], lock.images['child']?.contentHash);
    assert.is(lock.images['child']?.configDigest, child?.id);
    assert.ok((results[0]?.sizeBytes ?? 0) > 100_000);
    assert.match(readFileSync(join(tree.root, '.logs/base.log'), 'utf8'), 'hello from the context');
    assert.equal(await leftContainers(), []);
  });

  test('nothing changed: nothing is built, in less than a second', async () => {
    const calls = connection.calls();
    const { status, durationMs } = await build();
    assert.equal(status, {
      base: 'unchanged',
      child: 'unchanged',
      grandchild: 'unchanged',
      other: 'unchanged',
    });
    assert.is(connection.calls() - calls, 1);
    assert.ok(durationMs < 1000, `${durationMs} ms`);
  });

  test('a changed file rebuilds its image and what stands on it', async () => {
    tree.write('p/child/data', 'two');
    assert.equal((await build()).status, {
      base: 'unchanged',
      child: 'built',
      grandchild: 'built',
      other: 'unchanged',
    });
  });

  test('a failing step is named with the end of its output, what stands on it is skipped', async () => {
    tree.write(
      'p/child/Dockerfile.njk',
      template('base', `RUN echo before # ${mark}\nRUN echo no such file; false # ${mark}\n`),
    );
    const { status, results } = await build();
    assert.equal(status, { base: 'unchanged', child: 'failed', grandchild: 'skipped', other: 'unchanged' });
    const child = results.find((one) => one.image === 'child');
    assert.match(child?.failedStep ?? '', /^Step 3\/4: RUN echo no such file; false/);
    assert.equal(child?.logTail, ['no such file']);
    assert.match(child?.message ?? '', 'returned a non-zero code: 1');
    assert.is(results.find((one) => one.image === 'grandchild')?.because, 'child');
    await noContainerLeft();
  });

  test('a cancelled build ends at once and leaves no container', async () => {
    tree.write('p/child/Dockerfile.njk', template('base', `RUN echo begun; sleep 600 # ${mark}\n`));
    const controller = new AbortController();
    const startedAt = Date.now();
    const { status } = await build({
      signal: controller.signal,
      on: (event) => {
        if (event.type === 'image.output' && event.text === 'begun')
          controller.abort(new Error('interrupted'));
      },
    });
    assert.equal(status, {
      base: 'unchanged',
      child: 'cancelled',
      grandchild: 'cancelled',
      other: 'unchanged',
    });
    assert.ok(Date.now() - startedAt < 20_000);
    await noContainerLeft();
  });

  test('an engine that goes away fails the build with what to do', async () => {
    tree.write('p/child/Dockerfile.njk', template('base', `RUN echo begun; sleep 600 # ${mark}\n`));
    const proxy = await openProxy();
    const through = await connectEngine({ kind: 'socket', path: proxy.path }, { host: 'localhost' });
    const emit = (event: EventBody) => {
      if (event.type === 'image.output' && event.text === 'begun') proxy.cut();
    };
    const request: BuildRequest = {
      roots: [tree.root],
      selection: { patterns: ['child'] },
      naming: { namespace: mark, tag: undefined, suite: undefined },
      ...{ jobs: 1, noCache: false, update: false, push: false, base, buildArgs: {}, proxies: {}, lock },
    };
    const signal = new AbortController().signal;
    const { results } = await buildImages(request, {
      engine: imageEngine(through),
      emit,
      clock: systemClock,
      signal,
    });
    through.close();
    assert.match(results.find((one) => one.image === 'child')?.message ?? '', 'was lost');
    await noContainerLeft();
  });

  test('a throw-away container is gone also when it is stopped', async () => {
    const run = (script: string, signal: AbortSignal) =>
      engine.runThrowaway({ image: base, argv: ['/bin/sh', '-c', `${script} # ${mark}`], signal });
    const ended = await run('echo out; echo err >&2; exit 3', new AbortController().signal);
    assert.equal(ended, { exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    const controller = new AbortController();
    const stopped = run('sleep 600', controller.signal);
    setTimeout(() => controller.abort(new Error('interrupted')), 700);
    await stopped.then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, 'interrupted'),
    );
    assert.equal(await leftContainers(), []);
  });

  test('a pull that cannot be is an error with the reference', async () => {
    const signal = new AbortController().signal;
    try {
      await engine.pullImage('127.0.0.1:9/nothing:1', { signal });
      assert.unreachable('nobody listens on port 9');
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      assert.match((error as UserError).message, '127.0.0.1:9');
    }
  });
}

/** A socket before the engine's, whose connections can be cut. */
async function openProxy(): Promise<{ path: string; cut: () => void }> {
  const path = join(tree.root, 'proxy.sock');
  const sockets = new Set<Socket>();
  const target = connection.endpoint.kind === 'socket' ? connection.endpoint.path : '';
  const server: Server = createServer((socket) => {
    const upstream = connect(target);
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => undefined);
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
