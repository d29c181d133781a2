import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type Cut, cutSeed, sampleCuts } from './cuts.ts';
import { startEngineProxy } from './engine-proxy.ts';
import { type LiveSite, must } from './live-site.ts';
import { assert } from './test.ts';

/**
 * Kills a first deployment of a site with SIGKILL before and after engine-changing calls, starts it again, and sees each
 * time that nothing is left to do and nothing is there twice. `count` of all the places are tried; they are printed.
 */
export async function surviveKills(
  site: LiveSite,
  containers: readonly string[],
  count: number,
): Promise<void> {
  const proxy = await startEngineProxy(join(site.directory, 'engine.sock'));
  const deploy = (cut?: Cut) => {
    proxy.reset();
    let child: ChildProcess | undefined;
    if (cut) proxy.strikeAt(cut, () => child?.kill('SIGKILL'));
    return site.slipway(['run', 'deploy'], {
      env: { DOCKER_HOST: `unix://${proxy.socket}` },
      started: (one) => {
        child = one;
      },
    });
  };
  try {
    await must(deploy());
    const total = proxy.changing();
    assert.ok(total > 10, `${total} changing calls`);
    const chosen = sampleCuts(total, count);
    const shown = chosen.map((one) => `${one.side} ${one.nth}`).join(', ');
    process.stdout.write(`  seed ${cutSeed}: ${shown} of ${total}\n`);
    for (const cut of chosen) {
      const at = `seed ${cutSeed}: killed ${cut.side} call ${cut.nth}`;
      await site.clear();
      const killed = await deploy(cut);
      // Calls differ a little from run to run: a point past the last one kills nothing.
      if (killed.exitCode !== 0) assert.is(killed.signal, 'SIGKILL', `${at}: ${killed.stderr.slice(-2000)}`);
      await assertConverges(site, containers, at);
    }
  } finally {
    await proxy.close();
  }
}

async function assertConverges(site: LiveSite, containers: readonly string[], at: string): Promise<void> {
  await must(site.slipway(['unlock', '--force']));
  await must(site.slipway(['run', 'deploy']));
  await must(site.slipway(['plan', 'deploy']), 0);
  const { stdout } = await must(site.slipway(['status', '--json']));
  for (const container of containers) {
    const count = stdout.split(`"${site.prefix}${container}"`).length - 1;
    assert.is(count, 1, `${at}: ${container} is there ${count} times\n${stdout}`);
  }
  assert.not.match(stdout, /\.(next|previous)"/, at);
}
