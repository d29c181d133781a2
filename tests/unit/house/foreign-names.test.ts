import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../../helpers/test.ts';
import { root } from './tree.ts';

const test = suite('house/foreign names');

/** The files that git tracks, or all below the sources where the tree is no clone. */
function tracked(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
    return listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
  } catch {
    return ['package.json', 'package-lock.json', 'README.md'];
  }
}

const texts = tracked().map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

test('the lock file of npm names no registry: each installation uses its own', () => {
  const lock = texts.find((one) => one.file === 'package-lock.json')?.text ?? '';
  assert.not.match(lock, /"resolved":\s*"https?:/);
});

test('no file names a path of the machine it was written on', () => {
  const workplace = new RegExp(['/wo' + 'rk/', '/ho' + 'me/[a-z]', '/Us' + 'ers/'].join('|'));
  const wrong = texts.filter((one) => workplace.test(one.text)).map((one) => one.file);
  assert.equal(wrong, []);
});

test('no file names the mirrors and registries that this machine is set up with', () => {
  const hosts = ownMirrors();
  const wrong = texts.filter((one) => hosts.some((host) => one.text.includes(host))).map((one) => one.file);
  assert.equal(wrong, []);
});

/** Hosts of apt's and npm's settings here that are nobody else's business; the public ones are everybody's. */
function ownMirrors(): string[] {
  const settings = ['/etc/apt/sources.list', '/etc/apt/sources.list.d/debian.sources', '/root/.npmrc']
    .filter((file) => existsSync(file))
    .map((file) => readable(file))
    .join('\n');
  const hosts = [...settings.matchAll(/https?:\/\/([^/\s:]+)/g)].map((match) => match[1] as string);
  return [...new Set(hosts)].filter(
    (host) => host.includes('.') && !/(^|\.)(debian\.org|ubuntu\.com|npmjs\.org)$/.test(host),
  );
}

function readable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
