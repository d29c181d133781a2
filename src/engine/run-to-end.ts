import type { ConfigFile } from '../lib/container-spec.ts';
import type { ApplyPorts } from './apply-ports.ts';
import { packConfig } from './config-archive.ts';
import { kollaDirectory } from './container-config.ts';
import type { ContainerConfig, Engine } from './port.ts';
import { logTail } from './prove.ts';

/** A container that does one thing and exits. `directories` below `/var/lib/kolla` get the files. */
export type BriefRun = {
  readonly name: string;
  readonly config: ContainerConfig;
  readonly files: readonly ConfigFile[];
  readonly directories: readonly string[];
  readonly timeoutMs: number;
  /** Once started it is let to its end whatever the signal says: half of it would be worse than none or all. */
  readonly uninterrupted?: boolean;
};

/** `exitCode` is undefined where the time was up before its end. `log` holds its last lines. */
export type BriefResult = { readonly exitCode: number | undefined; readonly log: readonly string[] };

const pollMs = 100;

/** Runs a container to its end and removes it, whatever happens. */
export async function runToEnd(
  engine: Engine,
  brief: BriefRun,
  ports: Pick<ApplyPorts, 'clock' | 'signal'>,
): Promise<BriefResult> {
  ports.signal.throwIfAborted();
  const id = await engine.createContainer(brief.name, brief.config);
  try {
    for (const directory of brief.files.length === 0 ? [] : brief.directories) {
      await engine.putArchive(id, kollaDirectory, await packConfig(brief.files, directory));
    }
    await engine.startContainer(id);
    const signal = brief.uninterrupted ? new AbortController().signal : ports.signal;
    const exitCode = await waitForEnd(engine, id, { clock: ports.clock, signal, timeoutMs: brief.timeoutMs });
    return { exitCode, log: await logTail(engine, id, 50) };
  } finally {
    await engine.removeContainer(id);
  }
}

/** The exit code, or undefined when the time is up or the container is gone. */
export async function waitForEnd(
  engine: Engine,
  id: string,
  options: Pick<ApplyPorts, 'clock' | 'signal'> & { readonly timeoutMs: number },
): Promise<number | undefined> {
  const until = options.clock.now() + options.timeoutMs;
  for (;;) {
    const state = await engine.inspectContainer(id);
    if (!state) return undefined;
    if (state.status === 'exited' || state.status === 'dead') return state.exitCode;
    if (options.clock.now() >= until) return undefined;
    await options.clock.sleep(pollMs, options.signal);
  }
}
