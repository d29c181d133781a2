import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine, type ImageEngine, imageEngine } from '../../src/engine/index.ts';
import { localEngine } from '../../src/hosts/index.ts';
import { planServices } from '../../src/services/index.ts';
import { whyNotLive } from '../helpers/live-engine.ts';
import { readerOf, type SiteDraft, serviceWorld, threeHosts } from '../helpers/service-site.ts';
import { slipway } from '../helpers/slipway.ts';
import { assert, suite } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live/load balancer');

/** A service with an entry of each kind. */
const everyKind = `name: app
description: an application
group: control
loadbalancer:
  api: { port: 8443, tls_backend: true, weight: 7, check: { kind: http, path: /health } }
  old: { mode: redirect, port: 8080 }
  raw: { mode: tcp, port: 9000, balance: first, active_passive: true, backend_extra: [option tcp-check] }
  sticky: { port: 8000, balance: source, external: true, frontend_extra: [maxconn 10] }
`;

const ipv6Hosts = `hosts:
  c1: { connection: local, networks: { api: { interface: eth0, address: '2001:db8::11' } } }
  c2: { connection: local, networks: { api: { interface: eth0, address: '2001:db8::12' } } }
groups: { control: { hosts: [c1, c2] }, mariadb: { hosts: [c1] } }
`;

const files = { 'pipelines/services/app/service.yml': everyKind };

/** A container of a check has `eth0`. */
const sites: Readonly<Record<string, SiteDraft>> = {
  'one host': { globals: 'internal_vip_interface: eth0\n' },
  'three hosts and two virtual addresses': {
    inventory: `${threeHosts}  mariadb: { hosts: [c1] }\n`,
    globals: 'external_vip_address: 192.0.2.251\n',
  },
  'an entry of each kind': {
    files,
    globals: 'internal_vip_interface: eth0\nhaproxy_max_connections: 1000\n',
  },
  'addresses of IPv6': {
    inventory: ipv6Hosts,
    files: { ...files, 'globals.yml': "site_name: test\ninternal_vip_address: '2001:db8::250'\n" },
  },
};

if (why !== undefined) test.skip('configurations of HAProxy and Keepalived', why);
else define();

function define(): void {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-load-balancer-'));
  let engine: ImageEngine;

  test.before(async () => {
    const endpoint = localEngine({ host: 'here', env: process.env });
    engine = imageEngine(await connectEngine(endpoint, { host: 'here' }));
    const end = await slipway(['build', 'haproxy', 'keepalived', '--site', directory], {
      timeoutMs: 1_800_000,
    });
    assert.is(end.exitCode, 0, end.stderr.slice(-2000));
  });
  test.after(() => {
    engine?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** What a program of an image says of a file. */
  const judge = async (image: string, text: string, command: string) => {
    const script = `echo ${Buffer.from(text).toString('base64')} | base64 -d >/tmp/candidate; chmod 0644 /tmp/candidate; ${command} 2>&1; echo "exit $?"`;
    const request = { image: `slipway/${image}:trixie`, argv: ['bash', '-c', script] };
    return (await engine.runThrowaway({ ...request, signal: new AbortController().signal })).stdout;
  };

  for (const [name, draft] of Object.entries(sites)) {
    test(`${name}: both programs take their configuration without a warning`, async () => {
      const specs = planServices(await serviceWorld(draft), readerOf(draft)).flatMap(
        (plan) => plan.containers,
      );
      const textOf = (path: string) =>
        specs.flatMap((spec) => spec.files).find((file) => file.path === path)?.content ?? '';
      const haproxy = await judge('haproxy', textOf('haproxy.cfg'), 'haproxy -c -f /tmp/candidate');
      assert.match(haproxy, /exit 0\n$/);
      assert.not.match(haproxy, /WARNING|ALERT/);
      const keepalived = await judge(
        'keepalived',
        textOf('keepalived.conf'),
        'keepalived -t -f /tmp/candidate',
      );
      assert.is(keepalived.trim(), 'exit 0');
    });
  }

  test('a file without its last line break is refused by HAProxy, so texts keep theirs', async () => {
    assert.match(
      await judge('haproxy', 'global\n    maxconn 5', 'haproxy -c -f /tmp/candidate'),
      'Missing LF',
    );
  });
}
