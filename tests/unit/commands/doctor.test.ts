import type { DoctorPorts } from '../../../src/commands/doctor/finding.ts';
import { renderFindings } from '../../../src/commands/doctor/finding.ts';
import { judgeDisk, judgeMemory, judgeNode, judgePorts } from '../../../src/commands/doctor/machine.ts';
import { checkMirror, firstMirror, judgeClock } from '../../../src/commands/doctor/mirror.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('commands/doctor');

const ports = (changes: Partial<DoctorPorts> = {}): DoctorPorts => ({
  readText: () => undefined,
  freeBytes: async () => undefined,
  head: async () => ({ status: 200 }),
  now: () => 1_000_000,
  ...changes,
});

test('Node below the floor is broken and says which one is needed', () => {
  assert.is(judgeNode('20.19.0').state, 'good');
  assert.is(judgeNode('22.1.0').state, 'good');
  assert.is(judgeNode('20.18.9').state, 'broken');
  assert.match(judgeNode('18.0.0').advice ?? '', '20.19');
});

test('little memory or disk is something to look at, hardly any disk is broken', () => {
  assert.is(judgeMemory('MemAvailable:   8000000 kB\n').state, 'good');
  assert.is(judgeMemory('MemAvailable:    800000 kB\n').state, 'warning');
  assert.is(judgeMemory(undefined).state, 'warning');
  assert.is(judgeDisk('/var/lib/docker', 20 * 1024 ** 3).state, 'good');
  assert.is(judgeDisk('/var/lib/docker', 4 * 1024 ** 3).state, 'warning');
  assert.is(judgeDisk('/var/lib/docker', 100).state, 'broken');
});

test('ports in use are named with the service that wants them, and are ours on a deployed host', () => {
  const tcp = [
    '  sl  local_address rem_address   st tx_queue rx_queue',
    '   0: 0100007F:1388 00000000:0000 0A 00000000:00000000',
    '   1: 0100007F:0CEA 00000000:0000 01 00000000:00000000',
  ].join('\n');
  const used = ports({ readText: (file) => (file === '/proc/net/tcp' ? tcp : undefined) });
  assert.is(judgePorts(used, false).found, 'in use: 5000 (Keystone)');
  assert.is(judgePorts(used, false).state, 'warning');
  assert.is(judgePorts(used, true).state, 'good');
  assert.is(judgePorts(ports(), false).state, 'good');
});

test('the mirror must answer and have the suite; its date is what the clock is held against', async () => {
  const asked: string[] = [];
  const head: DoctorPorts['head'] = async (url) => {
    asked.push(url);
    return { status: 200, date: 990_000 };
  };
  const good = await checkMirror('http://mirror.example/debian/', 'trixie', ports({ head }));
  assert.equal(asked, ['http://mirror.example/debian/dists/trixie/InRelease']);
  assert.equal(
    good.map((one) => `${one.check} ${one.state}`),
    ['mirror good', 'clock good'],
  );
  const none = await checkMirror(
    'http://m',
    'trixie',
    ports({ head: async () => ({ failed: 'ENOTFOUND' }) }),
  );
  assert.is(none[0]?.state, 'broken');
  const old = await checkMirror('http://m', 'trixie', ports({ head: async () => ({ status: 404 }) }));
  assert.match(old[0]?.advice ?? '', 'no suite trixie');
  assert.is(judgeClock(-31_000).state, 'warning');
});

test("the first mirror is found in both of apt's forms", () => {
  assert.is(
    firstMirror('# x\ndeb [signed-by=/k] http://a.example/debian trixie main\n'),
    'http://a.example/debian',
  );
  assert.is(
    firstMirror('Types: deb\nURIs: https://b.example/debian\nSuites: trixie\n'),
    'https://b.example/debian',
  );
  assert.is(
    firstMirror('deb http://a.example/apt x main\n\nTypes: deb\nURIs: http://b.example/debian/\n'),
    'http://b.example/debian/',
  );
  assert.is(firstMirror('deb file:/x trixie main\n# deb http://a.example/debian x main\n'), undefined);
});

test('findings are a table with advice below, and a count', () => {
  const shown = renderFindings([
    { check: 'node', state: 'good', found: '20.19.0' },
    { check: 'disk', state: 'broken', found: 'full', advice: 'remove images' },
  ]);
  assert.is(
    shown,
    'ok       node  20.19.0\nBROKEN   disk  full\n               → remove images\n\n1 broken, 0 to look at',
  );
});
