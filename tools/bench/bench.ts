import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startCountingProxy } from './counting-proxy.ts';
import { type Measurement, medianMs, renderMeasurements } from './measure.ts';

/**
 * `npm run bench -- [--check] [--site DIR]`: start-up, rendering, a no-op build and, with a deployed site, a no-op
 * deploy. Everything is measured in one run on one machine; `--check` exits with 1 when a row is past its limit.
 */
const root = resolve(import.meta.dirname, '../..');
const slipway = [process.execPath, join(root, 'dist/slipway.mjs')];
const args = process.argv.slice(2);
const siteAt = args.indexOf('--site');
const site = siteAt === -1 ? undefined : resolve(args[siteAt + 1] ?? '.');
const scratch = mkdtempSync(join(tmpdir(), 'slipway-bench-'));

try {
  const rows = [
    ...startUp(),
    rendering(),
    noopBuild(),
    ...(site === undefined ? [] : await noopDeploy(site)),
  ];
  process.stdout.write(`${renderMeasurements(rows)}\n`);
  if (site === undefined) process.stdout.write('no-op deploy: not measured, no --site was given\n');
  if (args.includes('--check') && rows.some((row) => row.value > row.limit)) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function startUp(): Measurement[] {
  const nothing = medianMs(21, [process.execPath, '-e', '0']);
  const version = medianMs(21, [...slipway, '--version']);
  const help = medianMs(11, [...slipway, 'help']);
  const note = `node -e 0 takes ${Math.round(nothing)} ms`;
  return [
    { name: 'slipway --version', value: version / nothing, unit: 'ratio', limit: 2, note },
    { name: 'slipway help', value: help / nothing, unit: 'ratio', limit: 3, note },
  ];
}

function rendering(): Measurement {
  const to = join(scratch, 'rendered');
  const value = medianMs(3, [
    ...slipway,
    'build',
    '--profile',
    'all',
    '--template-only',
    to,
    '--progress',
    'none',
  ]);
  return { name: 'render all templates', value, unit: 'ms', limit: 2000, note: 'build --template-only' };
}

function noopBuild(): Measurement {
  const where = ['--site', scratch, '--progress', 'none'];
  const build = [...slipway, 'build', '--profile', 'quickstart', ...where];
  medianMs(1, build);
  const value = medianMs(3, build);
  return { name: 'no-op build', value, unit: 'ms', limit: 1000, note: 'profile quickstart, after a build' };
}

async function noopDeploy(directory: string): Promise<Measurement[]> {
  const deploy = [...slipway, 'run', 'deploy', '--site', directory, '--progress', 'none'];
  medianMs(1, deploy);
  const value = medianMs(3, deploy);
  const calls = await countCalls(deploy);
  return [
    { name: 'no-op deploy', value, unit: 'ms', limit: 3000, note: 'all-in-one, after a deploy' },
    { name: 'its engine calls', value: calls.length, unit: 'calls', limit: 12, note: grouped(calls) },
  ];
}

async function countCalls(command: readonly string[]): Promise<readonly string[]> {
  const target = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace('unix://', '');
  const proxy = await startCountingProxy(join(scratch, 'engine.sock'), target);
  try {
    const { spawn } = await import('node:child_process');
    const env = { ...process.env, DOCKER_HOST: `unix://${proxy.path}` };
    const child = spawn(command[0] as string, command.slice(1), { env, stdio: 'ignore' });
    const code = await new Promise((done) => child.on('close', done));
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`);
    return [...proxy.calls];
  } finally {
    await proxy.close();
  }
}

/** `2 GET /containers/json, 1 GET /volumes`: ids are taken out. */
function grouped(calls: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const call of calls) {
    const name = call.replace(/\/(containers|exec|images)\/(?!json|create)[^/]+/, '/$1/…');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
