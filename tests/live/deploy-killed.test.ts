import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type Cut, cutSeed, sampleCuts } from '../helpers/cuts.ts';
import { type EngineProxy, startEngineProxy } from '../helpers/engine-proxy.ts';
import { whyNotLive } from '../helpers/live-engine.ts';
import { type LiveSite, must, openLiveSite } from '../helpers/live-site.ts';
import { assert, suite } from '../helpers/test.ts';

const why = await whyNotLive();
const test = suite('live: deploy killed');

let site: LiveSite;
let proxy: EngineProxy;

/** Runs the deployment through the proxy; `kill` strikes the process itself. */
function deploy(strike?: Cut) {
  proxy.reset();
  let child: ChildProcess | undefined;
  if (strike) proxy.strikeAt(strike, () => child?.kill('SIGKILL'));
  return site.slipway(['run', 'deploy'], {
    env: { DOCKER_HOST: `unix://${proxy.socket}` },
    started: (one) => {
      child = one;
    },
  });
}

if (why !== undefined) {
  test.skip('all', why);
} else {
  test.before(async () => {
    site = await openLiveSite('killed', 42);
    proxy = await startEngineProxy(join(site.directory, 'engine.sock'));
    // The load balancer and memcached: creations, a validation, proofs and records, without minutes of databases.
    site.set('enable_mariadb: false\nenable_keystone: false\n');
  });
  test.after(async () => {
    await proxy?.close();
    await site?.close();
  });

  test('a deploy killed before or after an engine-changing call and started again ends well', async () => {
    await must(deploy());
    const total = proxy.changing();
    assert.ok(total > 10, `${total} changing calls`);
    const chosen = sampleCuts(total, 3);
    process.stdout.write(
      `  seed ${cutSeed}: ${chosen.map((one) => `${one.side} ${one.nth}`).join(', ')} of ${total}\n`,
    );
    for (const point of chosen) await survive(point);
  });
}

/** Kills a first deploy at a point, starts it again, and sees that nothing is left to do. */
async function survive(point: Cut): Promise<void> {
  const name = `${point.side} call ${point.nth}`;
  await site.clear();
  const killed = await deploy(point);
  // Calls differ a little from run to run: a point past the last one kills nothing.
  if (killed.exitCode !== 0) assert.is(killed.signal, 'SIGKILL', `${name}: ${killed.stderr.slice(-2000)}`);
  await must(site.slipway(['unlock', '--force']));
  await must(site.slipway(['run', 'deploy']));
  await must(site.slipway(['plan', 'deploy']), 0);
  const { stdout } = await must(site.slipway(['status', '--json']));
  for (const container of ['haproxy', 'keepalived', 'memcached']) {
    const count = stdout.split(`"${site.prefix}${container}"`).length - 1;
    assert.is(count, 1, `${name}: ${container} is there ${count} times\n${stdout}`);
  }
  assert.not.match(stdout, /\.(next|previous)"/, name);
}
