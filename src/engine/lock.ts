import { UserError } from '../lib/errors.ts';
import { packConfig } from './config-archive.ts';
import { labels } from './labels.ts';
import type { ContainerState, Engine } from './port.ts';

/** Who holds a lock: `who` is `user@host`, `run` the id of the run, `command` what was typed. No secrets. */
export type LockHolder = { readonly who: string; readonly run: string; readonly command: string };

/** A lock that this run holds on one engine. */
export type HostLock = { readonly host: string; readonly site: string; readonly containerId: string };

/** A lock as others see it; the times are by the engine's clock. */
export type LockState = {
  readonly host: string;
  readonly holder: LockHolder;
  readonly containerId: string;
  readonly sinceMs: number;
  /** Since its holder last showed that it lives. */
  readonly silentMs: number;
  readonly expired: boolean;
};

/** A lock without a sign of life for this long may be taken over. */
export const lockExpiryMs = 60_000;
/** How often a holder shows that it lives. */
export const lockHeartbeatMs = 15_000;
/** The image of lock containers: it holds nothing and is made where it is absent. */
export const lockImage = 'slipway-lock:empty';

/** The name of a site's lock on an engine: two containers of one name cannot be. */
export function lockName(site: string): string {
  return `slipway-lock-${site}`;
}

/**
 * Takes a site's lock on an engine: a container that is created and never started. Takes an expired one over.
 * Throws E_LOCK_HELD, which names the holder, and E_NAME_FOREIGN.
 */
export async function acquireLock(
  engine: Engine,
  options: { readonly site: string; readonly holder: LockHolder },
): Promise<HostLock> {
  const { site } = options;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const containerId = await tryCreate(engine, options);
    if (containerId !== undefined) return { host: engine.host, site, containerId };
    const held = await readLock(engine, site);
    if (!held) continue;
    if (!held.expired) throw heldError(held, site);
    // By its id: if another run was faster, the name is its by now and stays.
    await engine.removeContainer(held.containerId);
  }
  throw new UserError(
    'E_LOCK_HELD',
    `${engine.host}: the lock of the site "${site}" changes hands all the time`,
    {
      hint: 'other runs of this site are starting on this host; try again later',
    },
  );
}

/** The lock on an engine, whoever holds it; undefined where there is none. Throws E_NAME_FOREIGN. */
export async function readLock(engine: Engine, site: string): Promise<LockState | undefined> {
  const state = await engine.inspectContainer(lockName(site));
  if (!state) return undefined;
  if (state.labels[labels.site] !== site) throw foreignLock(engine, site);
  const times = await engine.pathTimes(state.id, '/');
  if (!times) return undefined;
  const silentMs = Math.max(0, times.nowMs - Math.max(times.changedAtMs, state.createdAtMs));
  return {
    host: engine.host,
    holder: holderOf(state),
    containerId: state.id,
    sinceMs: state.createdAtMs,
    silentMs,
    expired: silentMs > lockExpiryMs,
  };
}

/** Shows that this run lives: a file put into the container changes the time of its directory. E_LOCK_LOST. */
export async function renewLock(engine: Engine, lock: HostLock): Promise<void> {
  const beat = await packConfig([{ path: 'beat', content: '', mode: '0644', secrets: [] }], 'slipway');
  try {
    await engine.putArchive(lock.containerId, '/', beat);
  } catch (error) {
    if (error instanceof UserError && error.code === 'E_ENGINE_NOT_FOUND') throw lostError(lock);
    throw error;
  }
}

/** True while the lock is this run's. */
export async function isLockHeld(engine: Engine, lock: HostLock): Promise<boolean> {
  return (await engine.inspectContainer(lock.containerId)) !== undefined;
}

/** Gives the lock back; one that is lost is nobody's business. */
export async function releaseLock(engine: Engine, lock: HostLock): Promise<void> {
  await engine.removeContainer(lock.containerId);
}

/** Removes a site's lock, whoever holds it, and says who did. */
export async function forceUnlock(engine: Engine, site: string): Promise<LockState | undefined> {
  const held = await readLock(engine, site);
  if (held) await engine.removeContainer(held.containerId);
  return held;
}

/** The error of a run whose lock another one has now. */
export function lostError(lock: HostLock): UserError {
  return new UserError(
    'E_LOCK_LOST',
    `${lock.host}: this run's lock of the site "${lock.site}" was taken away`,
    {
      hint: 'another run took it over or slipway unlock --force was called; start again when that run is done',
    },
  );
}

async function tryCreate(
  engine: Engine,
  { site, holder }: { readonly site: string; readonly holder: LockHolder },
): Promise<string | undefined> {
  const config = {
    Image: lockImage,
    Cmd: ['lock'],
    Labels: {
      [labels.site]: site,
      [labels.role]: 'lock',
      [labels.holder]: holder.who,
      [labels.run]: holder.run,
      [labels.command]: holder.command,
    },
    HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'no' } },
  };
  try {
    return await engine.createContainer(lockName(site), config);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code === 'E_ENGINE_CONFLICT') return undefined;
    if (error.code !== 'E_IMAGE_MISSING') throw error;
    await engine.importEmptyImage(lockImage);
    return undefined;
  }
}

function holderOf(state: ContainerState): LockHolder {
  const read = (label: string) => state.labels[label] ?? 'unknown';
  return { who: read(labels.holder), run: read(labels.run), command: read(labels.command) };
}

function heldError(held: LockState, site: string): UserError {
  const { who, run, command } = held.holder;
  const since = new Date(held.sinceMs).toISOString().replace(/\.\d+/, '');
  const silent = Math.round(held.silentMs / 1000);
  return new UserError(
    'E_LOCK_HELD',
    `${held.host}: the site "${site}" is locked by ${who} (${command}, run ${run}) since ${since}, last sign of life ${silent} s ago`,
    {
      hint:
        `wait for that run; if it died, the lock expires ${lockExpiryMs / 1000} s after its last sign of life, ` +
        'or take it away with slipway unlock --force',
    },
  );
}

function foreignLock(engine: Engine, site: string): UserError {
  return new UserError(
    'E_NAME_FOREIGN',
    `${engine.host}: the container ${lockName(site)} is no lock of this site`,
    {
      hint: 'remove or rename it: its name is that of the lock',
    },
  );
}
