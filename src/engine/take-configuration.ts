import type { ContainerSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import type { ApplyPorts } from './apply-ports.ts';
import { packConfig } from './config-archive.ts';
import { kollaDirectory } from './container-config.ts';
import { invalidConfiguration } from './invalid-configuration.ts';
import { changingLabels, changingVolume } from './labels.ts';
import type { ContainerExecResult, Engine } from './port.ts';

/** Where a running container finds a configuration that it has not taken yet, below `/var/lib/kolla`. */
export const candidateDirectory = 'config_files.next';

/** The image's own program that makes the candidate the configuration (specs/010). */
const defaultActivate = ['kolla_activate_configs'];

const signalMs = 500;

export type Taking = {
  readonly spec: ContainerSpec;
  readonly container: string;
  readonly how: 'reload' | 'restart';
};

/**
 * Gives a running container a new configuration: put, validate, activate, then reload or restart, then verify. Until
 * it is activated nothing that serves is touched; cut off anywhere, it may be done again from the start.
 * Throws E_CONFIG_INVALID, E_CONTAINER_RELOAD, E_CONTAINER_NOT_RUNNING.
 */
export async function takeConfiguration(engine: Engine, taking: Taking, ports: ApplyPorts): Promise<void> {
  const { spec, container, how } = taking;
  const { reload } = spec;
  await must(engine, taking, ['rm', '-rf', `${kollaDirectory}/${candidateDirectory}`]);
  await engine.putArchive(container, kollaDirectory, await packConfig(spec.files, candidateDirectory));
  if (reload?.validate) await validate(engine, taking, reload.validate);
  await ports.guard?.();
  ports.signal.throwIfAborted();
  // From here to the record nobody knows what the container has: a run that finds this gives it again.
  await engine.createVolume(changingVolume(spec.name), changingLabels(spec, container));
  await must(engine, taking, reload?.activate ?? defaultActivate);
  if (how === 'restart') {
    await engine.restartContainer(container, spec.options.stopGraceSeconds);
    return;
  }
  if (reload?.signal !== undefined) {
    await engine.signalContainer(container, reload.signal);
    // It is heard a moment later: what would answer at once is the old configuration.
    await ports.clock.sleep(signalMs);
  }
  if (reload?.command) await must(engine, taking, reload.command);
  if (reload?.verify) await verify(engine, { ...taking, argv: reload.verify }, ports);
}

async function validate(engine: Engine, taking: Taking, argv: readonly string[]): Promise<void> {
  const result = await asRoot(engine, taking, argv);
  if (result.exitCode === 0) return;
  throw invalidConfiguration(taking.spec, linesOf(result), result.exitCode);
}

async function verify(
  engine: Engine,
  taking: Taking & { readonly argv: readonly string[] },
  ports: ApplyPorts,
): Promise<void> {
  const until = ports.clock.now() + taking.spec.proveTimeoutSeconds * 1000;
  for (;;) {
    const result = await asRoot(engine, taking, taking.argv);
    if (result.exitCode === 0) return;
    if (ports.clock.now() >= until) throw failure(taking, taking.argv, result);
    await ports.clock.sleep(500);
  }
}

async function must(engine: Engine, taking: Taking, argv: readonly string[]): Promise<void> {
  const result = await asRoot(engine, taking, argv);
  if (result.exitCode !== 0) throw failure(taking, argv, result);
}

function asRoot(engine: Engine, taking: Taking, argv: readonly string[]): Promise<ContainerExecResult> {
  return engine.exec(taking.container, { argv, user: '0', timeoutMs: 60_000 });
}

function failure(taking: Taking, argv: readonly string[], result: ContainerExecResult): UserError {
  const { spec, how } = taking;
  const said = linesOf(result).slice(-10).join('\n  ');
  const text = `${spec.host}: container ${spec.container} did not ${how}: ${argv[0]} ended with exit code ${result.exitCode}`;
  return new UserError('E_CONTAINER_RELOAD', said === '' ? text : `${text}\n  ${said}`, {
    hint: 'mend what it says and run again: the new configuration is given once more',
  });
}

function linesOf(result: ContainerExecResult): string[] {
  return `${result.stdout}\n${result.stderr}`.split(/\r?\n/).filter((line) => line.trim() !== '');
}
