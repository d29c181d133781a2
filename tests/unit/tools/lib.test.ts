import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { assert, suite } from '../../helpers/test.ts';

const test = suite('tools/lib.sh');

const root = resolve(import.meta.dirname, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'slipway-lib-'));
test.after(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs a script behind the functions of lib.sh, with programs of ours in front of the machine's. */
function shell(script: string, programs: Readonly<Record<string, string>> = {}) {
  const bin = mkdtempSync(join(scratch, 'bin-'));
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const text = `set -euo pipefail\n. tools/lib.sh\nPATH=${bin}:$PATH\nscratch=${bin}\n${script}`;
  const env = { ...process.env, DOCKER_HOST: '' };
  return spawnSync('bash', ['-c', text], { cwd: root, encoding: 'utf8', env, timeout: 20_000 });
}

test('retry tries as often as it is told, and no more after a success', () => {
  const attempts = 'n=0; try() { n=$((n + 1)); [ "$n" = "$1" ]; }; sleep() { :; };';
  assert.is(shell(`${attempts} retry 4 try 3; echo $n`).stdout, '3\n');
  assert.is(shell(`${attempts} retry 2 try 3 || echo "gave up after $n"`).stdout, 'gave up after 2\n');
});

test('installs only what is missing, and records everything that came with it', () => {
  const dpkgQuery = `
    case "$*" in
      *Package*) printf 'installed base\\n'; [ ! -e $scratch/done ] || printf 'installed docker.io\\ninstalled runc\\n' ;;
      *base*) printf installed ;;
      *) exit 1 ;;
    esac`;
  const programs = {
    'dpkg-query': `scratch=$(dirname "$0"); ${dpkgQuery}`,
    'apt-get': 'echo "$@" >>"$(dirname "$0")/calls"; case $1 in install) : >"$(dirname "$0")/done" ;; esac',
    id: 'echo 0',
  };
  const script =
    'is_debian() { :; }; ensure_packages $scratch/record base docker.io; cat $scratch/record $scratch/calls';
  const end = shell(script, programs);
  assert.is(end.status, 0, end.stderr);
  assert.is(end.stdout, 'docker.io\nrunc\nupdate -qq\ninstall -y -qq --no-install-recommends docker.io\n');
  assert.match(end.stderr, 'installing Debian packages: docker.io');
});

test('without root it names what is missing and, without a terminal, ends', () => {
  const script =
    'is_root() { false; }; engine_answers() { false; }; ensure_packages $scratch/r mmdebstrap docker.io';
  const end = shell(`has_program() { false; }; ${script}`);
  assert.is(end.status, 1);
  assert.match(end.stderr, 'mmdebstrap (mmdebstrap) docker.io (dockerd)');
  assert.match(end.stderr, 'install them and call this again');
});

test('an engine that answers stands for its package', () => {
  const script =
    'is_root() { false; }; engine_answers() { :; }; ensure_packages $scratch/r docker.io && echo fine';
  assert.is(shell(`has_program() { false; }; ${script}`).stdout, 'fine\n');
});

test('ends the engine that it started, and no process that only has its number now', () => {
  const foreign = shell(
    'sleep 30 & echo $! >$scratch/dockerd.pid; stop_engine $scratch; kill -0 $! && echo alive; kill $!',
  );
  assert.is(foreign.stdout, 'alive\n');
  copyFileSync('/bin/sleep', join(scratch, 'dockerd'));
  chmodSync(join(scratch, 'dockerd'), 0o755);
  const own = shell(
    `${join(scratch, 'dockerd')} 30 & echo $! >$scratch/dockerd.pid; stop_engine $scratch; kill -0 $! 2>/dev/null || echo ended`,
  );
  assert.is(own.stdout, 'ended\n', own.stderr);
});

test('tools/test and tools/quickstart refuse what they do not know', () => {
  for (const tool of ['test', 'quickstart']) {
    const end = spawnSync(join(root, 'tools', tool), ['--nothing'], { encoding: 'utf8', cwd: root });
    assert.is(end.status, 1);
    assert.match(end.stderr, 'not "--nothing"');
    assert.is(spawnSync(join(root, 'tools', tool), ['--help'], { cwd: root }).status, 0);
  }
});

test('continuous integration calls tools/test and nothing else', () => {
  assert.ok(existsSync(join(root, '.ci/run')));
  const lines = readFileSync(join(root, '.ci/run'), 'utf8').split('\n');
  assert.equal(
    lines.filter((line) => line !== '' && !line.startsWith('#')),
    ['cd "$(dirname "$0")/.." && CI=true exec tools/test'],
  );
});
