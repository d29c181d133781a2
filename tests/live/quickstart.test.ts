import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connectEngine, type EngineConnection } from '../../src/engine/index.ts';
import { localEngine } from '../../src/hosts/index.ts';
import { whyNotLive } from '../helpers/live-engine.ts';
import { readmeBlocks } from '../helpers/readme.ts';
import { type CommandEnd, runProgram, slipway } from '../helpers/slipway.ts';
import { assert, suite } from '../helpers/test.ts';

const root = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'slipway-quickstart-'));
const directory = join(home, 'slipway-quickstart');
const name = `q${randomBytes(3).toString('hex')}`;
const bridge = `sl-${name}`;
const env = {
  HOME: home,
  SLIPWAY_SITE: directory,
  SLIPWAY_AGE_KEY_FILE: join(directory, '.slipway/age.key'),
};
const minutes = 60_000;
const settingsFile = '/etc/sysctl.d/60-slipway.conf';

const quickstart = (...more: string[]) =>
  runProgram([join(root, 'tools/quickstart'), '--dir', directory, '--name', name, '--yes', ...more], {
    env,
    timeoutMs: 20 * minutes,
  });
const command = (...argv: string[]) => slipway(argv, { env, cwd: home, timeoutMs: 5 * minutes });

const why = await whyNotLive();
const test = suite('live/quickstart');
if (why !== undefined) test.skip('the whole of it', why);
else define();

function define(): void {
  const setting = readFileSync('/proc/sys/net/ipv4/ip_nonlocal_bind', 'utf8');
  const hasSettingsFile = existsSync(settingsFile);
  let imagesBefore: string[] = [];

  test.before(async () => {
    imagesBefore = await onEngine(references);
  });
  test.after(async () => {
    if (existsSync(directory)) await quickstart('--destroy');
    rmSync(home, { recursive: true, force: true });
  });

  test('one command deploys Keystone behind a virtual address and proves it', async () => {
    const end = await quickstart();
    assert.is(end.exitCode, 0, tail(end));
    for (const line of [
      /token issued at http:\/\/[\d.]+:5000 for admin/,
      /through HAProxy to localhost/,
      /cached in memcached/,
      /stored in MariaDB: the user admin/,
      /virtual address [\d.]+: held by localhost/,
    ]) {
      assert.match(end.stdout, line);
    }
  });

  test('a second call changes nothing, and says so, in seconds', async () => {
    const end = await quickstart();
    assert.is(end.exitCode, 0, tail(end));
    assert.match(end.stderr, 'nothing had to be changed');
    assert.ok(end.durationMs < 60_000, `it took ${end.durationMs} ms`);
  });

  test('the tour of README runs as it is written', async () => {
    const script = readmeBlocks()
      .slice(1)
      .flatMap((block) => block.commands)
      .join('\n');
    const end = await runProgram(['bash', '-euo', 'pipefail', '-c', script], { env, timeoutMs: 5 * minutes });
    assert.is(end.exitCode, 0, `${tail(end)}\n${end.stdout.slice(-2000)}`);
  });

  test('status has every container well and without drift, for people and as JSON', async () => {
    const { exitCode, stdout } = await command('status', '--json');
    assert.is(exitCode, 0);
    const { rows, virtualAddresses } = JSON.parse(stdout);
    const shown = rows.map((row: { container: string; health: string; drift: string }) =>
      [row.container, row.health, row.drift].join(' '),
    );
    assert.equal(
      shown.sort(),
      ['haproxy', 'keepalived', 'keystone', 'mariadb', 'memcached'].map((one) => `${one} healthy none`),
    );
    assert.equal(virtualAddresses[0].hosts, ['localhost']);
  });

  test('a stopped container is not well and is drift; a deployment starts it', async () => {
    await onEngine((engine) =>
      engine.call('stop', (docker) => docker.getContainer(`${name}-memcached`).stop({ t: 1 })),
    );
    const broken = await command('status');
    assert.is(broken.exitCode, 1);
    assert.match(broken.stdout, /memcached +\S+-memcached +exited \(\d+\)/);
    assert.is((await command('plan', 'deploy')).exitCode, 3);
    assert.is((await command('run', 'deploy', '--services', 'memcached')).exitCode, 0);
    assert.is((await command('status')).exitCode, 0);
  });

  test('logs of a container, and of none', async () => {
    const logs = await command('logs', 'haproxy', '--tail', '5');
    assert.is(logs.exitCode, 0);
    assert.ok(logs.stdout.length > 0);
    const none = await command('logs', 'nothing');
    assert.match(none.stderr, 'E_CONTAINER_NOT_RUNNING');
  });

  test('of two runs at once the second is refused and names the first', async () => {
    const both = await Promise.all([command('run', 'deploy'), command('run', 'deploy')]);
    const codes = both.map((one) => one.exitCode).sort();
    assert.equal(codes, [0, 75], both.map(tail).join('\n---\n'));
    const refused = both.find((one) => one.exitCode === 75);
    assert.match(refused?.stderr ?? '', /E_LOCK_HELD: .*locked by .*slipway run deploy/);
    assert.match((await command('unlock')).stdout, 'no host is locked');
  });

  test('no secret is in a label, an environment, a log, a record, a plan or a report', async () => {
    const { secrets } = JSON.parse((await command('secrets', 'show', '--json')).stdout);
    const set = secrets.filter((one: { state: string }) => one.state === 'set');
    const values = await Promise.all(
      set.map(async (one: { name: string }) => (await command('secrets', 'show', one.name)).stdout.trim()),
    );
    const forms = values
      .flatMap((value: string) => value.split('\n'))
      .filter((value: string) => value.length >= 8)
      .flatMap(formsOf);
    assert.ok(forms.length >= 10);
    const places = [...(await onEngine(engineTexts)), ...recordTexts()];
    assert.ok(places.length > 10);
    const found = places.filter(({ text }) => forms.some((form) => text.includes(form)));
    assert.equal(
      found.map((one) => one.where),
      [],
    );
  });

  test('start-up, rendering, a no-op build and a no-op deploy hold their limits', async () => {
    const argv = ['--import', 'tsx', 'tools/bench/bench.ts', '--check', '--site', directory];
    const end = await runProgram([process.execPath, ...argv], { env, timeoutMs: 5 * minutes });
    process.stdout.write(`\n${end.stdout}`);
    assert.is(end.exitCode, 0, end.stdout + end.stderr);
  });

  test('--destroy takes away what was made, and nothing else', async () => {
    const end = await quickstart('--destroy');
    assert.is(end.exitCode, 0, tail(end));
    const left = await onEngine((engine) =>
      engine.call('list', async (docker) => ({
        containers: (await docker.listContainers({ all: true, filters: label })).length,
        volumes: (await docker.listVolumes({ filters: JSON.stringify(label) })).Volumes.length,
      })),
    );
    assert.equal(left, { containers: 0, volumes: 0 });
    assert.not.ok(existsSync(directory));
    assert.not.ok(existsSync(`/sys/class/net/${bridge}`));
    assert.is(readFileSync('/proc/sys/net/ipv4/ip_nonlocal_bind', 'utf8'), setting);
    assert.is(existsSync(settingsFile), hasSettingsFile);
    const images = await onEngine(references);
    assert.equal(
      imagesBefore.filter((one) => !images.includes(one)),
      [],
    );
    assert.match((await quickstart('--destroy')).stderr, 'nothing to take away');
  });
}

const label = { label: [`slipway.site=${name}`] };

async function onEngine<T>(use: (engine: EngineConnection) => Promise<T>): Promise<T> {
  const engine = await connectEngine(localEngine({ host: 'here', env: process.env }), { host: 'here' });
  try {
    return await use(engine);
  } finally {
    engine.close();
  }
}

function references(engine: EngineConnection): Promise<string[]> {
  return engine.call('list images', async (docker) =>
    (await docker.listImages()).flatMap((image) => image.RepoTags ?? []),
  );
}

type Place = { readonly where: string; readonly text: string };

/** A secret as it is, and as it stands in the base64 of any text that holds it: one form for each place in three bytes. */
function formsOf(value: string): string[] {
  const encoded = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]).toString('base64');
    return text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + value.length) * 4) / 3));
  });
  return [value, ...encoded];
}

/** What the engine tells of the site's containers, and what they have written. */
function engineTexts(engine: EngineConnection): Promise<Place[]> {
  return engine.call('inspect', async (docker) => {
    const containers = await docker.listContainers({ all: true, filters: label });
    const texts = containers.map(async ({ Id: id, Names: [where = id] }) => {
      const container = docker.getContainer(id);
      const log = await container.logs({ stdout: true, stderr: true });
      return { where, text: JSON.stringify(await container.inspect()) + log.toString('latin1') };
    });
    const volumes = await docker.listVolumes({ filters: JSON.stringify(label) });
    return [...(await Promise.all(texts)), { where: 'volumes', text: JSON.stringify(volumes) }];
  });
}

/** The records of runs and what the quickstart keeps; the key and the clients' files are secrets by purpose. */
function recordTexts(): Place[] {
  const below = join(directory, '.slipway');
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.endsWith('age.key') && !file.startsWith(join(below, 'admin')))
    .map((file) => ({ where: file, text: readFileSync(file, 'utf8') }));
}

function tail(end: CommandEnd): string {
  return end.stderr.split('\n').slice(-25).join('\n');
}
