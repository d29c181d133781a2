import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandOutcome, inDirectory, runCommand } from '../../helpers/command.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('commands/inventory');

const inventory = `
hosts:
  c1: { connection: local, networks: { api: { interface: lo } }, vars: { keystone_port: 5002 } }
  c2: { connection: local, networks: { api: { address: 192.0.2.2 } } }
  n1: { address: 192.0.2.3, user: deploy }
  spare: { connection: local }
groups:
  cloud: { children: [control, compute] }
  control: { hosts: [c1, c2], vars: { keystone_port: 5001 } }
  compute: { hosts: [n1] }
`;

function inSite(body: (run: (...args: string[]) => Promise<CommandOutcome>) => Promise<void>): Promise<void> {
  return inDirectory(async (cwd) => {
    writeFileSync(join(cwd, 'inventory.yml'), inventory);
    writeFileSync(join(cwd, 'globals.yml'), 'internal_vip_address: 192.0.2.9\nkeystone_port: 4999\n');
    await body((...args) => runCommand(['inventory', ...args], { cwd }));
  });
}

test('list gives the hosts of a pattern, one a line, for pipes', () =>
  inSite(async (run) => {
    assert.is((await run('list')).stdout, 'c1\nc2\nn1\nspare\n');
    assert.is((await run('list', 'cloud:!c1')).stdout, 'c2\nn1\n');
    const json = JSON.parse((await run('list', 'n1', '--json')).stdout);
    assert.equal(json, [
      {
        name: 'n1',
        groups: ['cloud', 'compute'],
        transport: { kind: 'ssh', address: '192.0.2.3', port: 22, user: 'deploy' },
      },
    ]);
  }));

test('a pattern that matches nothing is told on stderr, one that is wrong is an error', () =>
  inSite(async (run) => {
    const none = await run('list', 'control:&compute');
    assert.equal([none.exitCode, none.stdout], [0, '']);
    assert.match(none.stderr, 'matches no host');
    const wrong = await run('list', 'contrl');
    assert.is(wrong.exitCode, 2);
    assert.match(wrong.stderr, 'did you mean "control"?');
  }));

test('graph draws groups, children and hosts', () =>
  inSite(async (run) => {
    const { stdout } = await run('graph');
    const tree = [
      'all',
      '  cloud:',
      '    control:',
      '      c1',
      '      c2',
      '    compute:',
      '      n1',
      '  ungrouped:',
      '    spare',
      '',
    ];
    assert.equal(stdout.split('\n'), tree);
  }));

test('show has addresses of the host itself, and marks what is not a default', () =>
  inSite(async (run) => {
    const { stdout, exitCode, stderr } = await run('show', 'c1');
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /groups +cloud, control/);
    assert.match(stdout, /api +127\.0\.0\.1\/8 on lo/);
    assert.match(stdout, /keystone_port +5002 {2}\(host\)/);
    assert.match(stdout, /keystone_listen_port +5000\n/);
  }));

test('a host that does not answer is shown with what is known', () =>
  inSite(async (run) => {
    const { stdout, stderr, exitCode } = await run('show', 'n1');
    assert.is(exitCode, 0);
    assert.match(stdout, 'ssh deploy@192.0.2.3:22');
    assert.match(stderr, 'n1 does not answer');
  }));

test('--explain names every place, the winner last', () =>
  inSite(async (run) => {
    const { stdout } = await run('show', 'c1', '--explain', 'keystone_port', '--set', 'keystone_port=7');
    const rows = stdout.trimEnd().split('\n').slice(1);
    const places = rows.map((row) => row.replace(/\(.*\/(.*)\)/, '($1)').replace(/ {2,}/g, '  '));
    assert.match(places[0] ?? '', /^ {2}default of keystone {2}5000 {2}\(service.yml:\d+:\d+\)$/);
    assert.equal(places.slice(1), [
      '  globals.yml  4999  (globals.yml:2:16)',
      '  group control  5001  (inventory.yml:9:54)',
      '  host c1  5002  (inventory.yml:3:89)',
      '→ --set  7',
    ]);
    const json = JSON.parse((await run('show', 'c1', '--explain', 'keystone_port', '--json')).stdout);
    assert.equal(
      json.history.map((one: { wins: boolean }) => one.wins),
      [false, false, false, true],
    );
  }));

test('unknown hosts and variables get the nearest name', () =>
  inSite(async (run) => {
    const host = await run('show', 'c9');
    assert.equal([host.exitCode, host.stderr.includes('E_HOST_UNKNOWN')], [2, true]);
    const variable = await run('show', 'c1', '--explain', 'keystone_prt');
    assert.match(variable.stderr, 'did you mean "keystone_port"?');
  }));
