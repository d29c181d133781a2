import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine, type ImageEngine, imageEngine } from '../../src/engine/index.ts';
import { localEngine } from '../../src/hosts/index.ts';
import { whyNotLive } from '../helpers/live-engine.ts';
import { slipway } from '../helpers/slipway.ts';
import { assert, suite } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live/images');

const minute = 60_000;
const signal = new AbortController().signal;

/** What each image is for: a program that says its version, and its fixed user (specs/010). */
const programs: Readonly<Record<string, { argv: readonly string[]; says: RegExp; user?: string }>> = {
  haproxy: { argv: ['haproxy', '-v'], says: /HAProxy version/ },
  keepalived: { argv: ['keepalived', '--version'], says: /Keepalived v/ },
  memcached: { argv: ['memcached', '--version'], says: /memcached \d/, user: 'memcached' },
  'mariadb-server': { argv: ['mariadbd', '--version'], says: /MariaDB/, user: 'mysql' },
  keystone: { argv: ['keystone-manage', '--version'], says: /\d+\.\d+/, user: 'keystone' },
  toolbox: { argv: ['openstack', '--version'], says: /openstack \d/ },
};

if (why !== undefined) test.skip('the images of the quickstart', why);
else define();

function define(): void {
  const site = mkdtempSync(join(tmpdir(), 'slipway-images-'));
  let engine: ImageEngine;

  test.before(async () => {
    const endpoint = localEngine({ host: 'here', env: process.env });
    engine = imageEngine(await connectEngine(endpoint, { host: 'here' }));
    const end = await build();
    assert.is(end.exitCode, 0, end.stderr.slice(-2000));
  });
  test.after(() => {
    engine?.close();
    rmSync(site, { recursive: true, force: true });
  });

  const build = () =>
    slipway(['build', '--profile', 'quickstart', '--json', '--site', site], { timeoutMs: 30 * minute });
  const inside = (image: string, script: string) =>
    engine.runThrowaway({ image: `slipway/${image}:trixie`, argv: ['bash', '-c', script], signal });

  test('building them again sends nothing to the builder, and takes about a second', async () => {
    const end = await build();
    const { results } = JSON.parse(end.stdout);
    assert.equal([...new Set(results.map((one: { status: string }) => one.status))], ['unchanged']);
    assert.ok(end.durationMs < 5000, `it took ${end.durationMs} ms`);
  });

  for (const [image, { argv, says, user }] of Object.entries(programs)) {
    test(`${image} has its program, its user and Kolla's scripts, and nothing to build with`, async () => {
      const script = [
        `${argv.join(' ')} 2>&1 | sed 's/^/program: /'`,
        ...(user === undefined ? [] : [`echo "user: $(id -u ${user}) $(id -g ${user})"`]),
        'for name in kolla_start kolla_set_configs healthcheck_curl healthcheck_port; do',
        '  [ -x "$(command -v $name)" ] || echo "missing: $name"; done',
        '[ -d /var/lib/kolla/config_files ] || echo "missing: /var/lib/kolla/config_files"',
        'for name in gcc cc make g++; do ! command -v $name >/dev/null || echo "surplus: $name"; done',
        'find /usr/share/doc /usr/share/man -type f ! -name copyright 2>/dev/null | head -n 3 | sed "s/^/surplus: /"',
        'find /var/lib/apt/lists /var/cache/apt -type f ! -name lock 2>/dev/null | head -n 3 | sed "s/^/surplus: /"',
      ].join('\n');
      const { stdout } = await inside(image, script);
      assert.match(stdout, new RegExp(`program: .*${says.source}`));
      assert.not.match(stdout, /missing: |surplus: /);
      if (user !== undefined) assert.match(stdout, /user: (424\d\d|425\d\d) \1/);
    });
  }

  test('they start as the runtime contract says, and name what they were made of', async () => {
    const connection = await connectEngine(localEngine({ host: 'here', env: process.env }), { host: 'here' });
    try {
      for (const image of Object.keys(programs)) {
        const { Config: config } = await connection.call('inspect', (docker) =>
          docker.getImage(`slipway/${image}:trixie`).inspect(),
        );
        assert.equal(config.Entrypoint, ['dumb-init', '--single-child', '--']);
        assert.equal(config.Cmd, ['kolla_start']);
        assert.is((config as { Healthcheck?: unknown }).Healthcheck, undefined);
        assert.match(config.Labels?.['slipway.content-hash'] ?? '', /^sha256:[0-9a-f]{64}$/);
      }
    } finally {
      connection.close();
    }
  });

  test('a wrong configuration stops the start with its reason', async () => {
    const script =
      'mkdir -p /var/lib/kolla/config_files && echo "{ no json" >/var/lib/kolla/config_files/config.json && kolla_set_configs';
    const end = await inside('memcached', script);
    assert.is(end.exitCode, 1);
    assert.match(`${end.stdout}${end.stderr}`, /config\.json/);
  });
}
