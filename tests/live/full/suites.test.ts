import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine, type EngineConnection, imageEngine } from '../../../src/engine/index.ts';
import { localEngine } from '../../../src/hosts/index.ts';
import { whyNotLive } from '../../helpers/live-engine.ts';
import { slipway } from '../../helpers/slipway.ts';
import { assert, suite } from '../../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live/full: suites');

const minute = 60_000;
const namespace = 'slipway-full';

/** Every image that can be built, with a program that says its version. */
const programs: Readonly<Record<string, readonly string[]>> = {
  haproxy: ['haproxy', '-v'],
  keepalived: ['keepalived', '--version'],
  memcached: ['memcached', '--version'],
  'mariadb-server': ['mariadbd', '--version'],
  rabbitmq: ['rabbitmqctl', 'version'],
  registry: ['docker-registry', '--version'],
  keystone: ['keystone-manage', '--version'],
  toolbox: ['openstack', '--version'],
};

if (why !== undefined) test.skip('every image on both suites', why);
else define();

function define(): void {
  const site = mkdtempSync(join(tmpdir(), 'slipway-full-'));
  let connection: EngineConnection;

  test.before(async () => {
    connection = await connectEngine(localEngine({ host: 'here', env: process.env }), { host: 'here' });
  });
  test.after(async () => {
    await removeImages(connection);
    connection.close();
    rmSync(site, { recursive: true, force: true });
  });

  for (const name of ['trixie', 'bookworm']) {
    test(`every image is built on ${name}, and its program runs`, async () => {
      const argv = ['build', '--suite', name, '--namespace', namespace, '--site', site, '--json'];
      const end = await slipway(argv, { timeoutMs: 40 * minute });
      assert.is(end.exitCode, 0, end.stderr.slice(-3000));
      for (const [image, program] of Object.entries(programs)) {
        const said = await imageEngine(connection).runThrowaway({
          image: `${namespace}/${image}:${name}`,
          argv: program,
          signal: new AbortController().signal,
        });
        assert.is(said.exitCode, 0, `${image} on ${name}: ${said.stderr}`);
        assert.match(`${said.stdout}${said.stderr}`, /\d+\.\d+/, `${image} on ${name}`);
      }
    });
  }
}

async function removeImages(connection: EngineConnection): Promise<void> {
  await connection.call('remove the images of the test', async (docker) => {
    const images = await docker.listImages();
    const references = images
      .flatMap((image) => image.RepoTags ?? [])
      .filter((one) => one.startsWith(`${namespace}/`));
    for (const one of references) await docker.getImage(one).remove({ force: true });
  });
}
