import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml, yamlData } from '../../../src/lib/yaml.ts';
import { inDirectory, runCommand } from '../../helpers/command.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('commands/init');

const given = ['--interface', 'lo', '--address', '127.0.0.1', '--vip', '127.0.0.9'];
const init = (cwd: string, ...args: string[]) => runCommand(['init', 'all-in-one', ...args], { cwd });
const filesOf = (directory: string) => readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
const textOf = (...path: string[]) => readFileSync(join(...path), 'utf8');

test('the site is small, commented and without a problem', () =>
  inDirectory(async (cwd) => {
    const made = await init(cwd, 'My Cloud', ...given);
    assert.is(made.exitCode, 0, made.stderr);
    const site = join(cwd, 'My Cloud');
    assert.equal(filesOf(site), ['.gitignore', 'config', 'config/README.md', 'globals.yml', 'inventory.yml']);
    assert.match(textOf(site, '.gitignore'), '/.slipway/');
    const globals = yamlData(readYaml(textOf(site, 'globals.yml'), 'g').node!);
    assert.equal(globals, { site_name: 'my-cloud', internal_vip_address: '127.0.0.9' });
    const inventory = yamlData(readYaml(textOf(site, 'inventory.yml'), 'i').node!);
    const networks = { api: { interface: 'lo', address: '127.0.0.1' } };
    assert.equal(inventory, {
      hosts: { localhost: { connection: 'local', networks } },
      groups: { control: { hosts: ['localhost'] } },
    });
    assert.match(made.stdout, 'slipway secrets init');
    const listed = await runCommand(['inventory', 'list', '--site', site], { cwd });
    assert.equal([listed.exitCode, listed.stdout], [0, 'localhost\n'], listed.stderr);
  }));

test('a second call changes nothing, also after the files were edited', () =>
  inDirectory(async (cwd) => {
    await init(cwd, ...given);
    for (const args of [given, []]) {
      const again = await init(cwd, ...args);
      assert.equal([again.exitCode, again.stdout], [0, `${cwd}: the site is there, nothing was changed\n`]);
    }
    writeFileSync(join(cwd, 'globals.yml'), 'internal_vip_address: 127.0.0.8\n');
    assert.is((await init(cwd)).exitCode, 0);
    assert.is(textOf(cwd, 'globals.yml'), 'internal_vip_address: 127.0.0.8\n');
  }));

test('nothing is written over: what is in the way is listed', () =>
  inDirectory(async (cwd) => {
    await init(cwd, ...given);
    const other = await init(cwd, '--interface', 'lo', '--vip', '127.0.0.7');
    assert.is(other.exitCode, 2);
    assert.match(other.stderr, /E_SITE_NOT_EMPTY: .* already holds globals.yml, inventory.yml/);
    const used = join(cwd, 'used');
    mkdirSync(used);
    writeFileSync(join(used, 'thesis.tex'), '');
    const refused = await init(cwd, 'used', ...given);
    assert.match(refused.stderr, 'already holds thesis.tex');
    assert.equal(filesOf(used), ['thesis.tex']);
  }));

test('a site that was made by half is completed; hidden files are not in the way', () =>
  inDirectory(async (cwd) => {
    mkdirSync(join(cwd, '.git'));
    const made = await init(cwd, ...given);
    assert.is(made.exitCode, 0, made.stderr);
    const whole = filesOf(cwd);
    rmSync(join(cwd, 'inventory.yml'));
    const again = await runCommand(['init', 'all-in-one', ...given, '--json'], { cwd });
    assert.equal(JSON.parse(again.stdout).written, ['inventory.yml'], again.stderr);
    assert.equal(filesOf(cwd), whole);
  }));

test('without a virtual address the site says where it is to be filled in', () =>
  inDirectory(async (cwd) => {
    const made = await init(cwd, '--interface', 'lo');
    assert.match(made.stdout, 'fill in internal_vip_address in globals.yml');
    const checked = await runCommand(['inventory', 'list'], { cwd });
    assert.is(checked.exitCode, 2);
    assert.match(
      checked.stderr,
      /globals.yml:\d+:\d+: error E_SCHEMA_TYPE: "internal_vip_address" must be text/,
    );
  }));

test('values that can’t be are refused before anything is written', () =>
  inDirectory(async (cwd) => {
    const wrong: [string[], string][] = [
      [['--interface', 'lo', '--vip', '127.0.0.1'], "is the host's own address"],
      [['--interface', 'lo', '--address', '127.0.0.5', '--vip', '127.0.0.5'], "is the host's own address"],
      [['--interface', 'lo', '--vip', '127.0.0.0/8'], 'without the length of the network'],
      [['--interface', 'l o'], "can't be the name of an interface"],
      [['--interface', 'lo', '--name', 'A B'], "can't be the name of a site"],
      [['--interface', 'lo', '--container-prefix', 'a b'], "can't begin the name of a container"],
    ];
    for (const [args, message] of wrong) {
      const refused = await init(cwd, ...args);
      assert.is(refused.exitCode, 2, args.join(' '));
      assert.match(refused.stderr, message);
    }
    assert.equal(filesOf(cwd), []);
  }));
