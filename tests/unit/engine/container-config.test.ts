import { packConfig, unpackFiles } from '../../../src/engine/config-archive.ts';
import { containerConfig, namedVolumes } from '../../../src/engine/container-config.ts';
import { explainOptions, summarizeOptions } from '../../../src/engine/option-summary.ts';
import { makeSpec } from '../../helpers/container-specs.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('engine: container configuration');

const full = makeSpec({
  image: { reference: 'app:1', id: 'sha256:0123456789abcdef' },
  options: {
    command: ['run', '--fast'],
    user: 'app',
    env: { B: '2', A: '1' },
    networkMode: 'host',
    capAdd: ['NET_ADMIN'],
    devices: ['/dev/net/tun', '/dev/a:/dev/b:r'],
    volumes: ['data:/data:z', '/etc/localtime:/etc/localtime:ro', 'data:/again'],
    ulimits: { nofile: { soft: 1024, hard: 2048 } },
    memoryBytes: 1024,
    cpus: 0.5,
    healthcheck: { test: ['ok'], intervalSeconds: 5, timeoutSeconds: 2, retries: 3, startPeriodSeconds: 10 },
    stopGraceSeconds: 30,
  },
});

test("a spec in the engine's words", () => {
  const config = containerConfig(full, { role: 'service' });
  assert.is(config.Image, 'sha256:0123456789abcdef');
  assert.equal(config.Env, ['A=1', 'B=2']);
  assert.equal(config.Cmd, ['run', '--fast']);
  assert.is(config.User, 'app');
  assert.is(config.StopTimeout, 30);
  assert.equal(config.Healthcheck, {
    Test: ['CMD', 'ok'],
    Interval: 5e9,
    Timeout: 2e9,
    Retries: 3,
    StartPeriod: 10e9,
  });
  const host = config.HostConfig;
  assert.is(host?.NetworkMode, 'host');
  assert.is(host?.NanoCpus, 5e8);
  assert.equal(host?.Ulimits, [{ Name: 'nofile', Soft: 1024, Hard: 2048 }]);
  assert.equal(host?.Devices, [
    { PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' },
    { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'r' },
  ]);
});

test('no container is made with a restart policy: an engine that comes up must not start half-made ones', () => {
  const always = makeSpec({ options: { restart: 'always' } });
  assert.equal(containerConfig(always, { role: 'service' }).HostConfig?.RestartPolicy, { Name: 'no' });
});

test('throw-away containers run another command, as another user, without a health check', () => {
  const config = containerConfig(full, { role: 'check', command: ['check'], user: '0' });
  assert.equal(config.Cmd, ['check']);
  assert.is(config.User, '0');
  assert.equal(config.Healthcheck, { Test: ['NONE'] });
  assert.is(config.Labels?.['slipway.role'], 'check');
});

test('a named volume is named once; binds are none', () => {
  assert.equal(namedVolumes(full), ['data']);
});

test('labels hold no content of files and no values of secrets', () => {
  const spec = makeSpec({ files: { 'app.conf': 'password = hunter2' } });
  const text = JSON.stringify(containerConfig(spec, { role: 'service' }));
  assert.not.match(text, 'hunter2');
  assert.not.match(text, Buffer.from('hunter2').toString('base64').slice(0, 8));
});

test('summaries of equal specs are equal, whatever the order of keys', () => {
  const one = summarizeOptions(makeSpec({ options: { env: { A: '1', B: '2' } } }));
  const other = summarizeOptions(makeSpec({ options: { env: { B: '2', A: '1' } } }));
  assert.is(JSON.stringify(one), JSON.stringify(other));
  assert.equal(explainOptions(one, other), []);
});

test('what differs is named, values of the environment are not shown', () => {
  const before = summarizeOptions(makeSpec({ options: { env: { A: '1', C: '3' }, capAdd: ['NET_RAW'] } }));
  const after = summarizeOptions(makeSpec({ options: { env: { A: '2', B: '2' }, privileged: true } }));
  assert.equal(explainOptions(before, after), [
    'cap_add is removed',
    'env A changes',
    'env B is added',
    'env C is removed',
    'privileged is added ("true")',
  ]);
});

test('an archive is the same bytes for the same files, in any order', async () => {
  const file = (path: string, mode = '0600') => ({ path, content: `of ${path}`, mode, secrets: [] });
  const one = await packConfig([file('b/c/d.conf'), file('a.conf', '0640')], 'config_files');
  const other = await packConfig([file('a.conf', '0640'), file('b/c/d.conf')], 'config_files');
  assert.ok(one.equals(other));
  assert.equal(
    [...(await unpackFiles(one))],
    [
      ['config_files/a.conf', 'of a.conf'],
      ['config_files/b/c/d.conf', 'of b/c/d.conf'],
    ],
  );
});
