import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyRemoval,
  connectEngine,
  engineOf,
  forceUnlock,
  observeHost,
  planDestroy,
} from '../../src/engine/index.ts';
import { localEngine } from '../../src/hosts/index.ts';
import { keepHostSettings } from './host-settings.ts';
import { livePorts } from './live-engine.ts';
import { type CommandEnd, type CommandSettings, slipway } from './slipway.ts';

/** An all-in-one site of a test: its own bridge, subnet, names, directory and age identity. */
export type LiveSite = {
  readonly name: string;
  readonly prefix: string;
  readonly directory: string;
  readonly address: string;
  readonly vip: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs the real command in the site. */
  readonly slipway: (argv: readonly string[], settings?: CommandSettings) => Promise<CommandEnd>;
  readonly read: (file: string) => string;
  readonly write: (file: string, text: string) => void;
  /** Adds lines to globals.yml. */
  readonly set: (lines: string) => void;
  /** Removes containers, volumes and the lock of the site; the directory stays. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Makes a site on a bridge of its own. `third` is the third number of its subnet 10.231.x.0/24: one for each suite. */
export async function openLiveSite(label: string, third: number): Promise<LiveSite> {
  const id = randomBytes(3).toString('hex');
  const name = `live-${label}-${id}`;
  const bridge = `sl${id}`;
  const address = `10.231.${third}.1`;
  const vip = `10.231.${third}.250`;
  const directory = mkdtempSync(join(tmpdir(), `slipway-${label}-`));
  const env = { SLIPWAY_AGE_KEY_FILE: join(directory, 'age.key') };
  const run = (argv: readonly string[], settings: CommandSettings = {}) =>
    slipway(argv, { timeoutMs: 300_000, ...settings, cwd: directory, env: { ...env, ...settings.env } });
  const prefix = `${name}-`;
  const restoreSettings = keepHostSettings();
  makeBridge(bridge, address);
  const site: LiveSite = {
    name,
    prefix,
    directory,
    address,
    vip,
    env,
    slipway: run,
    read: (file) => readFileSync(join(directory, file), 'utf8'),
    write: (file, text) => writeFileSync(join(directory, file), text),
    set: (lines) =>
      writeFileSync(
        join(directory, 'globals.yml'),
        `${readFileSync(join(directory, 'globals.yml'), 'utf8')}${lines}`,
      ),
    clear: () => clearSite(name),
    close: async () => {
      try {
        await clearSite(name);
      } finally {
        ip(['link', 'del', `${bridge}a`]);
        ip(['link', 'del', bridge]);
        restoreSettings();
        rmSync(directory, { recursive: true, force: true });
      }
    },
  };
  try {
    const options = ['--interface', bridge, '--vip', vip, '--name', name, '--container-prefix', prefix];
    await must(run(['init', 'all-in-one', ...options]));
    await must(run(['secrets', 'init']));
    await must(run(['build', '--profile', 'quickstart'], { timeoutMs: 1_800_000 }));
    return site;
  } catch (error) {
    await site.close();
    throw error;
  }
}

/** A command's end that must be exit code 0. */
export async function must(running: Promise<CommandEnd>, exitCode = 0): Promise<CommandEnd> {
  const end = await running;
  if (end.exitCode === exitCode) return end;
  throw new Error(
    `exit code ${end.exitCode ?? end.signal}, not ${exitCode}\n${end.stdout.slice(-3000)}\n${end.stderr.slice(-6000)}`,
  );
}

/** Removes all that a site has on this machine's engine. */
export async function clearSite(name: string): Promise<void> {
  const connection = await connectEngine(localEngine({ host: 'localhost', env: process.env }), {
    host: 'localhost',
  });
  try {
    const engine = engineOf(connection);
    const facts = await observeHost(engine, { site: name });
    await applyRemoval(engine, planDestroy(facts, { data: 'remove' }), livePorts());
    await forceUnlock(engine, name);
  } finally {
    connection.close();
  }
}

/** A pair of virtual cables gives the bridge a carrier, without which keepalived takes it for dead. */
function makeBridge(name: string, address: string): void {
  ip(['link', 'add', name, 'type', 'bridge']);
  ip(['link', 'add', `${name}a`, 'type', 'veth', 'peer', 'name', `${name}b`]);
  ip(['link', 'set', `${name}a`, 'master', name]);
  ip(['addr', 'add', `${address}/24`, 'dev', name]);
  for (const link of [name, `${name}a`, `${name}b`]) ip(['link', 'set', link, 'up']);
}

function ip(argv: readonly string[]): void {
  execFileSync('ip', argv, {
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
