import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { type EngineProxy, startEngineProxy } from '../helpers/engine-proxy.ts';
import { whyNotLive } from '../helpers/live-engine.ts';
import { type LiveSite, must, openLiveSite } from '../helpers/live-site.ts';
import { slipway } from '../helpers/slipway.ts';
import { assert, suite } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live: deploy');

let site: LiveSite;
let proxy: EngineProxy;
const viaProxy = () => ({ env: { DOCKER_HOST: `unix://${proxy.socket}` } });

type Inspected = { Id: string; State: { StartedAt: string; Health?: { Status: string } } };

/** What the engine says of one of the site's containers. */
function inspect(container: string): Inspected {
  return JSON.parse(docker('inspect', `${site.prefix}${container}`))[0];
}

function docker(...argv: string[]): string {
  return execFileSync('docker', argv, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The status of an answer; 0 when nothing answers. */
function statusOf(url: string): Promise<number> {
  return new Promise((done) => {
    const asked = request(url, { timeout: 5000 }, (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    });
    asked.on('error', () => done(0));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
}

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    site = await openLiveSite('deploy', 41);
    proxy = await startEngineProxy(join(site.directory, 'engine.sock'));
  });
  test.after(async () => {
    await proxy?.close();
    await site?.close();
  });

  test('a plan of a new site names every change and exits 3, and planning changes nothing', async () => {
    const end = await must(site.slipway(['plan', 'deploy'], viaProxy()), 3);
    for (const name of ['haproxy', 'keepalived', 'mariadb', 'memcached', 'keystone']) {
      assert.match(end.stdout, `create container ${name}`);
    }
    assert.match(end.stdout, 'run one-shot keystone-db-sync');
    assert.equal(
      proxy.calls.filter((call) => call.changes),
      [],
    );
  });

  test('the four pipelines bring up Keystone behind the virtual address, and the last one proves it', async () => {
    for (const pipeline of ['prechecks', 'bootstrap', 'deploy', 'post-deploy']) {
      await must(site.slipway(['run', pipeline]));
    }
    assert.is(await statusOf(`http://${site.vip}:5000/v3`), 200);
    assert.match(site.read('.slipway/admin/openrc'), `http://${site.vip}:5000/v3`);
  });

  test('a second deploy changes nothing: two list calls and nothing that changes the engine but its lock', async () => {
    proxy.reset();
    const end = await must(site.slipway(['run', 'deploy'], viaProxy()));
    assert.match(end.stderr, 'nothing changed');
    const lists = proxy.calls.filter((call) => /\/(containers\/json|volumes)$/.test(call.path));
    assert.is(lists.length, 2, lists.map((call) => call.path).join(' '));
    // What is left are the lock (created, touched, removed) and the checks' exec.
    const touched = proxy.calls.filter((call) => call.changes && !/\/(exec|archive)$/.test(call.path));
    const created = touched.filter((call) => call.path.endsWith('/containers/create'));
    assert.equal(created.length, 1);
    assert.match(created[0]?.query ?? '', 'slipway-lock');
    assert.equal(
      touched.filter((call) => !created.includes(call)).map((call) => call.method),
      ['DELETE'],
    );
    await must(site.slipway(['plan', 'deploy']), 0);
  });

  test('a changed option of HAProxy reloads it: same container, no restart, and the plan says why', async () => {
    const before = inspect('haproxy');
    site.set('haproxy_client_timeout: 2m\n');
    const plan = await must(site.slipway(['plan', 'deploy']), 3);
    assert.match(plan.stdout, 'reload container haproxy');
    assert.match(plan.stdout, 'haproxy.cfg');
    await must(site.slipway(['run', 'deploy', '--services', 'loadbalancer']));
    const after = inspect('haproxy');
    assert.equal([after.Id, after.State.StartedAt], [before.Id, before.State.StartedAt]);
    assert.match(
      docker('exec', `${site.prefix}haproxy`, 'cat', '/etc/haproxy/haproxy.cfg'),
      'timeout client 2m',
    );
    await must(site.slipway(['plan', 'deploy']), 0);
  });

  test('an invalid HAProxy template leaves the running one serving, and its line is named', async () => {
    const before = inspect('haproxy');
    const template = readFileSync('pipelines/services/loadbalancer/haproxy.cfg.njk', 'utf8');
    const lines = template.split('\n');
    const line = lines.findIndex((one) => one.includes('timeout queue')) + 1;
    lines[line - 1] = '    timeout queue never';
    execFileSync('mkdir', ['-p', join(site.directory, 'config/loadbalancer')]);
    site.write('config/loadbalancer/haproxy.cfg', lines.join('\n'));
    const end = await must(site.slipway(['run', 'deploy', '--services', 'loadbalancer']), 1);
    assert.match(end.stderr, `config/loadbalancer/haproxy.cfg:${line}:`);
    assert.match(end.stderr, 'E_CONFIG_INVALID');
    assert.is(await statusOf(`http://${site.vip}:5000/v3`), 200);
    const after = inspect('haproxy');
    assert.equal([after.Id, after.State.StartedAt], [before.Id, before.State.StartedAt]);
    execFileSync('rm', ['-r', join(site.directory, 'config')]);
    await must(site.slipway(['plan', 'deploy']), 0);
  });

  test('of two runs at once the second is refused with the name of the holder, exit code 75', async () => {
    site.write(
      'slow.yml',
      'name: Slow\nstages:\n  hold:\n    hosts: all\n    steps:\n      - run: until [ -e release ]; do sleep 0.1; done\n      - uses: slipway/orphans\n',
    );
    const holding = site.slipway(['run', 'slow.yml']);
    await until(async () => (await site.slipway(['unlock'])).exitCode === 75);
    const refused = await site.slipway(['run', 'deploy']);
    execFileSync('touch', [join(site.directory, 'release')]);
    await must(holding);
    assert.is(refused.exitCode, 75, refused.stderr);
    assert.match(refused.stderr, 'E_LOCK_HELD');
    assert.match(refused.stderr, 'slipway run slow.yml');
  });

  test('a secret is nowhere but in the files of containers and of clients: labels, env, logs, records, plans, reports', async () => {
    const secrets: Record<string, string> = {};
    for (const name of (await must(site.slipway(['secrets', 'show']))).stdout.trim().split('\n')) {
      secrets[name] = (await must(site.slipway(['secrets', 'show', name]))).stdout.trim();
    }
    const planned = await must(site.slipway(['plan', 'deploy', '--json', '--out', 'plan.json']), 0);
    const names = docker('ps', '-a', '--format', '{{.Names}}')
      .split('\n')
      .filter((one) => one.startsWith(site.prefix));
    const volumes = docker('volume', 'ls', '-q', '--filter', `label=slipway.site=${site.name}`)
      .trim()
      .split('\n');
    const places: [string, string][] = [
      ['plan', planned.stdout + planned.stderr],
      ['plan.json', site.read('plan.json')],
      ['secrets.yml', site.read('secrets.yml')],
      ['inspect of containers', docker('inspect', ...names)],
      ['inspect of volumes', docker('volume', 'inspect', ...volumes)],
      ...names.map((name): [string, string] => [`log of ${name}`, logs(name)]),
      ...recordFiles().map((file): [string, string] => [file, site.read(file)]),
    ];
    assert.ok(names.length >= 5 && recordFiles().length > 20);
    for (const [name, value] of Object.entries(secrets)) {
      const parts = value.startsWith('{')
        ? Object.values(JSON.parse(value) as Record<string, string>)
        : [value];
      for (const form of parts.flatMap((part) => [part, ...base64Forms(part)])) {
        for (const [place, text] of places) assert.not.ok(text.includes(form), `${name} stands in ${place}`);
      }
    }
  });

  test('a container that was changed by hand, removed or stopped comes back', async () => {
    docker('rm', '-f', `${site.prefix}memcached`);
    docker('stop', `${site.prefix}keystone`);
    const plan = await must(site.slipway(['plan', 'deploy']), 3);
    assert.match(plan.stdout, 'create container memcached');
    assert.match(plan.stdout, 'start container keystone');
    await must(site.slipway(['run', 'deploy']));
    await must(site.slipway(['run', 'post-deploy']));
    const status = await must(site.slipway(['status', '--json']));
    assert.not.match(status.stdout, 'unhealthy');
  });

  test('RabbitMQ is switched on, and switching it off removes it and keeps its data', async () => {
    await must(site.slipway(['build', 'rabbitmq', 'registry'], { timeoutMs: 1_200_000 }));
    site.set('enable_rabbitmq: true\n');
    await must(site.slipway(['run', 'deploy', '--services', 'rabbitmq']));
    assert.is(inspect('rabbitmq').State.Health?.Status, 'healthy');
    site.write('globals.yml', site.read('globals.yml').replace(/^enable_rabbitmq: true\n/m, ''));
    const plan = await must(site.slipway(['plan', 'deploy']), 3);
    assert.match(plan.stdout, 'remove container');
    await must(site.slipway(['run', 'deploy']));
    assert.not.match(docker('ps', '-a', '--format', '{{.Names}}'), `${site.prefix}rabbitmq`);
    assert.match(docker('volume', 'ls', '-q'), `${site.prefix}rabbitmq`);
  });

  test('a site whose engine does not answer is told so, exit code 4', async () => {
    const end = await slipway(['plan', 'deploy'], {
      cwd: site.directory,
      env: { ...site.env, DOCKER_HOST: `unix://${join(site.directory, 'no.sock')}` },
    });
    assert.is(end.exitCode, 4, end.stderr);
    assert.match(end.stdout, 'E_ENGINE_UNREACHABLE');
  });
}

function logs(name: string): string {
  return execFileSync('sh', ['-c', 'docker logs "$1" 2>&1', 'logs', name], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

function recordFiles(): string[] {
  return readdirSync(join(site.directory, '.slipway/runs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jsonl?|log|md|xml)$/.test(name))
    .map((name) => join('.slipway/runs', name));
}

/** The three ways that a text can stand inside a longer one in base64, without the characters that its neighbours change. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(`${'x'.repeat(shift)}${text}`)
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(shift === 0 ? 0 : shift + 1, -2);
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await isSo())) if (Date.now() > end) throw new Error('it did not come about within 30 s');
}
