import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { pack } from 'tar-stream';
import {
  type ApplyPorts,
  applyRemoval,
  connectEngine,
  type Engine,
  type EngineConnection,
  engineOf,
  forceUnlock,
  observeHost,
  planDestroy,
} from '../../src/engine/index.ts';
import { localEngine } from '../../src/hosts/index.ts';
import type { EngineEndpoint } from '../../src/lib/ports.ts';
import { scaledClock } from './scaled-clock.ts';

/** A real engine with a tiny image on it, and a site's name that no other test has. */
export type LiveEngine = {
  readonly connection: EngineConnection;
  readonly engine: Engine;
  readonly endpoint: EngineEndpoint;
  readonly site: string;
  /** Busybox with `/var/lib/kolla/config_files` and a small `kolla_activate_configs`. */
  readonly image: string;
  readonly imageId: string;
  /** Removes all that the site made, and the image. */
  readonly close: () => Promise<void>;
};

const busybox = '/bin/busybox';

/** Why live tests cannot run here; undefined if they can. */
export async function whyNotLive(): Promise<string | undefined> {
  if (!statSync(busybox, { throwIfNoEntry: false })) return 'busybox-static is not installed';
  try {
    (await connectEngine(localEngine({ host: 'here', env: process.env }), { host: 'here' })).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Connects and makes the image. */
export async function openLiveEngine(name: string): Promise<LiveEngine> {
  const endpoint = localEngine({ host: 'here', env: process.env });
  const connection = await connectEngine(endpoint, { host: 'here' });
  const engine = engineOf(connection);
  const site = `live-${name}-${randomBytes(4).toString('hex')}`;
  const image = `slipway-test/${site}:1`;
  await importImage(connection, image);
  const imageId = (await engine.findImage(image)) ?? '';
  const close = async () => {
    const facts = await observeHost(engine, { site });
    await applyRemoval(engine, planDestroy(facts, { data: 'remove' }), livePorts());
    await forceUnlock(engine, site);
    await connection.call('remove the test image', (docker) =>
      docker.getImage(image).remove({ force: true }),
    );
    connection.close();
  };
  return { connection, engine, endpoint, site, image, imageId, close };
}

/** Ports on a clock that runs four times as fast; what is told is kept. */
export function livePorts(signal = new AbortController().signal): ApplyPorts & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    clock: scaledClock(4),
    signal,
    progress: (text) => told.push(text),
    applied: (change) => told.push(`${change.kind} ${change.target}`),
  };
}

async function importImage(connection: EngineConnection, reference: string): Promise<void> {
  const [repo = '', tag = ''] = reference.split(':');
  const tar = await imageArchive();
  await connection.call(
    'import the test image',
    async (docker) => {
      const options = { repo, tag, changes: ['ENV PATH=/bin'] };
      const answer = await docker.importImage(tar as unknown as NodeJS.ReadableStream, options);
      for await (const chunk of answer) void chunk;
    },
    { streams: true },
  );
}

const applets = 'sh sleep cat rm mv cp ls mkdir touch grep echo true false test kill ps sed head id'.split(
  ' ',
);

const activate = `#!/bin/sh
set -e
cd /var/lib/kolla
test -d config_files.next || exit 0
rm -rf config_files.prev
cp -r config_files config_files.prev
rm -rf config_files
mv config_files.next config_files
`;

async function imageArchive(): Promise<Buffer> {
  const archive = pack();
  for (const name of [
    'bin',
    'tmp',
    'run',
    'etc',
    'data',
    'var',
    'var/lib',
    'var/lib/kolla',
    'var/lib/kolla/config_files',
  ]) {
    archive.entry({ name: `${name}/`, type: 'directory', mode: 0o755 });
  }
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(busybox));
  for (const name of applets) archive.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' });
  archive.entry({ name: 'bin/kolla_activate_configs', mode: 0o755 }, activate);
  archive.entry({ name: 'etc/passwd' }, 'root:x:0:0::/:/bin/sh\n');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
