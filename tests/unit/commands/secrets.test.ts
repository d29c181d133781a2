import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandOutcome, inDirectory, runCommand } from '../../helpers/command.ts';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('commands/secrets');

type Site = {
  readonly directory: string;
  readonly file: string;
  readonly key: string;
  readonly run: (args: string, stdin?: string, env?: Record<string, string>) => Promise<CommandOutcome>;
};

/** A site in a directory of its own, its key in a folder that is not there yet. */
function inSite(body: (site: Site) => Promise<void>): Promise<void> {
  return inDirectory(async (directory) => {
    writeFileSync(join(directory, 'inventory.yml'), 'hosts: { localhost: }\n');
    writeFileSync(join(directory, 'globals.yml'), 'internal_vip_address: 127.0.0.9\n');
    const key = join(directory, 'keys/age.key');
    const run: Site['run'] = (args, stdin = '', env = {}) =>
      runCommand(['secrets', ...args.split(' ')], {
        cwd: directory,
        env: { SLIPWAY_AGE_KEY_FILE: key, ...env },
        stdin,
      });
    await body({ directory, file: join(directory, 'secrets.yml'), key, run });
  });
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n');
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

test('init makes every secret that services declare, and the key, for their owner only', () =>
  inSite(async ({ file, key, run }) => {
    const made = await run('init');
    assert.is(made.exitCode, 0, made.stderr);
    for (const name of ['slipway_hmac_key', 'keystone_admin_password', 'keystone_fernet_keys']) {
      assert.match(made.stdout, `  ${name}`);
    }
    assert.equal([modeOf(file), modeOf(key), modeOf(join(key, '..'))], ['600', '600', '700']);
    assert.match(made.stderr, 'keep a copy of it');
  }));

test('init again changes nothing; it adds only what is missing', () =>
  inSite(async ({ file, run }) => {
    await run('init');
    const before = readFileSync(file, 'utf8');
    const again = await run('init --json');
    assert.equal(JSON.parse(again.stdout).added, []);
    assert.is(readFileSync(file, 'utf8'), before);
    writeFileSync(file, before.replace(/^ {2}mariadb_root_password: .*\n/m, ''));
    assert.match((await run('show')).stderr, 'missing: mariadb_root_password; slipway secrets init');
    const added = await run('init');
    assert.match(added.stdout, /added 1, kept \d+\n {2}mariadb_root_password/);
    const changed = linesOf(file).filter((line) => !before.split('\n').includes(line));
    assert.is(changed.length, 1);
  }));

test('show prints one value alone, or the names without any', () =>
  inSite(async ({ run }) => {
    await run('init');
    const value = (await run('show keystone_admin_password')).stdout;
    assert.match(value, /^[A-Za-z0-9]{40}\n$/);
    const listed = await run('show');
    const json = JSON.parse((await run('show --json')).stdout);
    assert.equal(
      listed.stdout.trimEnd().split('\n'),
      json.secrets.map((one: { name: string }) => one.name),
    );
    const row = { name: 'keystone_admin_password', service: 'keystone', kind: 'password', state: 'set' };
    assert.equal(
      json.secrets.find((one: { name: string }) => one.name === row.name),
      row,
    );
    assert.not.match(listed.stdout, value.trim());
    const wrong = await run('show keystone_admin_pasword');
    assert.equal([wrong.exitCode, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, 'did you mean "keystone_admin_password"?');
  }));

test('set takes stdin, needs no key, changes one line and warns of a name that nobody wants', () =>
  inSite(async ({ file, run }) => {
    await run('init');
    const before = linesOf(file);
    const env = { SLIPWAY_AGE_KEY_FILE: '/nowhere/age.key' };
    const done = await run('set keystone_admin_password', 'two words\n', env);
    assert.is(done.exitCode, 0, done.stderr);
    assert.is(linesOf(file).filter((line) => !before.includes(line)).length, 1);
    assert.is((await run('show keystone_admin_password')).stdout, 'two words\n');
    const odd = await run('set keystone_admin_pasword', 'x');
    assert.match(odd.stderr, 'did you mean keystone_admin_password?');
    assert.match((await run('show')).stderr, 'no service wants keystone_admin_pasword');
  }));

test('set refuses an empty value, a bad name and what is no key set', () =>
  inSite(async ({ file, run }) => {
    await run('init');
    const before = readFileSync(file, 'utf8');
    for (const [args, stdin] of [
      ['set a_b', '\n'],
      ['set A-B', 'x'],
      ['set keystone_fernet_keys', 'abc'],
    ] as const) {
      const refused = await run(args, stdin);
      assert.is(refused.exitCode, 2, args);
      assert.match(refused.stderr, 'E_USAGE');
    }
    assert.is(readFileSync(file, 'utf8'), before);
  }));

test('rotate makes new values of the same kinds and touches no other', () =>
  inSite(async ({ file, run }) => {
    await run('init');
    const before = linesOf(file);
    const keys = JSON.parse((await run('show keystone_fernet_keys')).stdout);
    const done = await run('rotate keystone_fernet_keys rabbitmq_erlang_cookie');
    assert.is(done.exitCode, 0, done.stderr);
    const after = JSON.parse((await run('show keystone_fernet_keys')).stdout);
    assert.equal([after[1], after[2]], [keys[1], keys[0]]);
    assert.is(linesOf(file).filter((line) => !before.includes(line)).length, 2);
    assert.is((await run('rotate nope')).exitCode, 2);
    assert.is((await run('rotate')).exitCode, 2);
    assert.is((await run('rotate nope --identity')).exitCode, 2);
  }));

test('rotate --identity encrypts all for a new key; the old one stays in the key file and opens nothing new', () =>
  inSite(async ({ file, key, directory, run }) => {
    await run('init');
    const old = readFileSync(key, 'utf8');
    const value = (await run('show mariadb_root_password')).stdout;
    const done = await run('rotate --identity');
    assert.is(done.exitCode, 0, done.stderr);
    assert.is((await run('show mariadb_root_password')).stdout, value);
    assert.ok(readFileSync(key, 'utf8').endsWith(old));
    assert.is(modeOf(key), '600');
    const oldKey = join(directory, 'old.key');
    writeFileSync(oldKey, old);
    const closed = await run('show mariadb_root_password', '', { SLIPWAY_AGE_KEY_FILE: oldKey });
    assert.equal([closed.exitCode, closed.stdout], [2, '']);
    assert.match(closed.stderr, 'E_SECRETS_IDENTITY');
    assert.is(modeOf(file), '600');
  }));

test('without its key a site keeps its secrets and says what to do', () =>
  inSite(async ({ file, key, run }) => {
    await run('init');
    const before = readFileSync(file, 'utf8');
    const env = { SLIPWAY_AGE_KEY_FILE: `${key}.lost` };
    const lost = await run('show mariadb_root_password', '', env);
    assert.match(lost.stderr, /E_SECRETS_IDENTITY: there is no age identity at .*\.lost/);
    const init = await run('init', '', env);
    assert.match(init.stderr, "can't be opened here");
    assert.is(existsSync(`${key}.lost`), false);
    assert.is(readFileSync(file, 'utf8'), before);
  }));

test('no secret stands in a file of the site or in an error, plainly or in base64', () =>
  inSite(async ({ directory, file, run }) => {
    await run('init');
    const names = linesOf(file).flatMap((line) => /^ {2}([a-z]\w+):/.exec(line)?.[1] ?? []);
    const values = await Promise.all(names.map(async (name) => (await run(`show ${name}`)).stdout.trim()));
    mkdirSync(join(directory, 'config'));
    const wrong = await run('set slipway_hmac_key', values[0], { SLIPWAY_AGE_KEY_FILE: directory });
    const outputs = [readFileSync(file, 'utf8'), wrong.stdout, wrong.stderr, (await run('show')).stdout];
    for (const value of values) {
      const forms = [value, Buffer.from(value).toString('base64').slice(0, -4)];
      for (const form of forms) for (const one of outputs) assert.not.ok(one.includes(form));
    }
  }));

test('outside of a site there are no secrets', () =>
  inDirectory(async (cwd) => {
    const refused = await runCommand(['secrets', 'init'], { cwd });
    assert.match(refused.stderr, 'E_SITE_NOT_FOUND');
    assert.equal(existsSync(join(cwd, '.config')), false);
  }));
