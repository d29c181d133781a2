import type { Clock } from '../lib/clock.ts';
import { exitCodeOf } from '../lib/error-codes.ts';
import { UserError } from '../lib/errors.ts';
import {
  acquireLock,
  type HostLock,
  isLockHeld,
  type LockHolder,
  lockHeartbeatMs,
  lostError,
  readLock,
  releaseLock,
  renewLock,
} from './lock.ts';
import type { Engine } from './port.ts';

export type RunLockOptions = {
  readonly site: string;
  readonly holder: LockHolder;
  readonly clock: Clock;
  readonly engine: (host: string) => Promise<Engine>;
};

/** The locks of one run on several hosts. It satisfies the runner's port. */
export type RunHostLocks = {
  /** Takes the locks in the order given. E_LOCK_HELD gives back those that were taken. */
  readonly acquire: (hosts: readonly string[], signal: AbortSignal) => Promise<HeldHostLocks>;
};

export type HeldHostLocks = {
  /** Throws E_LOCK_LOST once the lock is another's. Hosts without a lock of this run are defects of the caller. */
  readonly check: (host: string) => Promise<void>;
  readonly unreachable: ReadonlyMap<string, Error>;
  readonly release: () => Promise<void>;
};

/** Makes the locks of a run: taken together, kept alive in the background, given back together. */
export function runLocks(options: RunLockOptions): RunHostLocks {
  return { acquire: (hosts, signal) => acquireAll(options, hosts, signal) };
}

type Held = { readonly engine: Engine; readonly lock: HostLock; lost: boolean };

async function acquireAll(
  options: RunLockOptions,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<HeldHostLocks> {
  const held = new Map<string, Held>();
  const unreachable = new Map<string, Error>();
  try {
    for (const host of hosts) {
      signal.throwIfAborted();
      await acquireOne(options, host, { held, unreachable });
    }
  } catch (error) {
    await releaseAll(held);
    throw error;
  }
  const beating = new AbortController();
  const beat = keepAlive(options.clock, held, beating.signal);
  return {
    unreachable,
    check: (host) => check(held, host),
    release: async () => {
      beating.abort();
      await beat;
      await releaseAll(held);
    },
  };
}

async function acquireOne(
  options: RunLockOptions,
  host: string,
  into: { readonly held: Map<string, Held>; readonly unreachable: Map<string, Error> },
): Promise<void> {
  try {
    const engine = await options.engine(host);
    const lock = (await ownLock(engine, options.site, into.held)) ?? (await acquireLock(engine, options));
    into.held.set(host, { engine, lock, lost: false });
  } catch (error) {
    if (!(error instanceof UserError) || exitCodeOf(error.code) !== 4) throw error;
    into.unreachable.set(host, error);
  }
}

/** Two hosts of an inventory may share an engine: its lock is then held already. */
async function ownLock(
  engine: Engine,
  site: string,
  held: ReadonlyMap<string, Held>,
): Promise<HostLock | undefined> {
  if (held.size === 0) return undefined;
  const found = await readLock(engine, site);
  const own = [...held.values()].find((one) => one.lock.containerId === found?.containerId);
  return own && { ...own.lock, host: engine.host };
}

async function check(held: Map<string, Held>, host: string): Promise<void> {
  const one = held.get(host);
  if (!one) throw new Error(`this run holds no lock on ${host}`);
  if (one.lost || !(await isLockHeld(one.engine, one.lock))) {
    one.lost = true;
    throw lostError(one.lock);
  }
}

/** An engine that does not answer for a while is tried again: the lock is lost only when the engine says so. */
async function keepAlive(clock: Clock, held: Map<string, Held>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(lockHeartbeatMs, signal);
    } catch {
      return;
    }
    await Promise.all([...held.values()].map(beatOne));
  }
}

async function beatOne(one: Held): Promise<void> {
  try {
    await renewLock(one.engine, one.lock);
  } catch (error) {
    if (error instanceof UserError && error.code === 'E_LOCK_LOST') one.lost = true;
    else if (!(error instanceof UserError)) throw error;
  }
}

async function releaseAll(held: Map<string, Held>): Promise<void> {
  await Promise.allSettled([...held.values()].map((one) => releaseLock(one.engine, one.lock)));
}
