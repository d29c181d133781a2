import { UserError } from '../lib/errors.ts';
import type { Applied, ApplyPorts } from './apply-ports.ts';
import { checkConfiguration } from './check-configuration.ts';
import { packConfig } from './config-archive.ts';
import { configDirectory, containerConfig, kollaDirectory } from './container-config.ts';
import type { ContainerPlan } from './container-plan.ts';
import { type ContainerStep, made } from './container-steps.ts';
import { ensureVolume } from './ensure-volume.ts';
import { appliedLabels, appliedVolume, changingVolume, namesOf } from './labels.ts';
import type { Engine } from './port.ts';
import { type Proof, proveContainer } from './prove.ts';
import { endUnproven } from './roll-back.ts';
import { takeConfiguration } from './take-configuration.ts';

/**
 * Performs a plan. Throws what the engine throws, E_CONFIG_INVALID (nothing was touched), E_CONTAINER_ROLLED_BACK,
 * E_CONTAINER_UNPROVEN, E_CONTAINER_RELOAD, E_NAME_FOREIGN, and E_PLAN_STALE when the host is not as it was planned.
 */
export async function applyContainer(
  engine: Engine,
  plan: ContainerPlan,
  ports: ApplyPorts,
): Promise<Applied> {
  const run: Performance = { engine, plan, ports, madeId: undefined, swapping: false };
  if (plan.steps.length > 0) await ports.guard?.();
  for (const step of plan.steps) {
    if (!run.swapping) ports.signal.throwIfAborted();
    await staleWhenGone(plan, () => perform(run, step));
  }
  for (const change of plan.changes) ports.applied(change);
  return { changed: plan.changes.length > 0 };
}

type Performance = {
  readonly engine: Engine;
  readonly plan: ContainerPlan;
  readonly ports: ApplyPorts;
  madeId: string | undefined;
  /** From the stop of what serves until the end: not to be interrupted. */
  swapping: boolean;
};

async function perform(run: Performance, step: ContainerStep): Promise<void> {
  const { engine, plan, ports } = run;
  const { spec } = plan;
  switch (step.do) {
    case 'volume':
      return ensureVolume(engine, spec, step.name);
    case 'check':
      return checkConfiguration(engine, spec, ports);
    case 'make':
      return make(run);
    case 'drain':
      return ports.drain?.();
    case 'policy':
      return engine.setRestartPolicy(idOf(run, step.target), step.policy);
    case 'stop':
      await ports.guard?.();
      run.swapping = true;
      return engine.stopContainer(idOf(run, step.target), spec.options.stopGraceSeconds);
    case 'unpause':
      return engine.unpauseContainer(idOf(run, step.target));
    case 'rename':
      run.swapping = true;
      return engine.renameContainer(idOf(run, step.target), step.to);
    case 'start':
      return start(run, idOf(run, step.target));
    case 'prove':
      return prove(run, idOf(run, step.target));
    case 'take':
      return takeConfiguration(engine, { spec, container: step.target, how: step.how }, ports);
    case 'record':
      return record(engine, plan, step.target);
    case 'forget':
      return engine.removeVolume(step.name);
    case 'remove':
      return engine.removeContainer(step.target);
    default:
      return step satisfies never;
  }
}

/** Creates the new container beside the old and fills it: whatever has the final name is whole. */
async function make(run: Performance): Promise<void> {
  const { engine, plan } = run;
  const { spec } = plan;
  const id = await engine.createContainer(
    namesOf(spec.name).next,
    containerConfig(spec, { role: 'service' }),
  );
  run.madeId = id;
  if (spec.files.length === 0) return;
  await engine.putArchive(id, kollaDirectory, await packConfig(spec.files, configDirectory));
}

async function start(run: Performance, id: string): Promise<void> {
  try {
    await run.engine.startContainer(id);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'E_ENGINE_REFUSED') throw error;
    await fail(run, id, { proven: false, reason: `could not be started: ${error.message}`, log: [] });
  }
}

async function prove(run: Performance, id: string): Promise<void> {
  const { engine, plan, ports } = run;
  const proof = await proveContainer(engine, id, {
    timeoutMs: plan.spec.proveTimeoutSeconds * 1000,
    clock: ports.clock,
    progress: ports.progress,
    ...(!run.swapping && { signal: ports.signal }),
  });
  if (!proof.proven) await fail(run, id, proof);
  if (run.swapping) await ports.undrain?.();
}

function fail(run: Performance, id: string, proof: Exclude<Proof, { proven: true }>): Promise<never> {
  return endUnproven(run.engine, { plan: run.plan, container: id, proof }, run.ports);
}

/** A volume's labels cannot be changed: the record is made anew. Cut off between, the configuration is taken again. */
async function record(engine: Engine, plan: ContainerPlan, containerId: string): Promise<void> {
  const name = appliedVolume(plan.spec.name);
  await engine.removeVolume(name);
  await engine.createVolume(name, appliedLabels(plan.spec, containerId));
  await engine.removeVolume(changingVolume(plan.spec.name));
}

function idOf(run: Performance, target: string): string {
  if (target !== made) return target;
  if (run.madeId === undefined) throw new Error('a step wants the made container before there is one');
  return run.madeId;
}

async function staleWhenGone(plan: ContainerPlan, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code !== 'E_ENGINE_NOT_FOUND' && error.code !== 'E_ENGINE_CONFLICT') throw error;
    const { host, container } = plan.spec;
    throw new UserError(
      'E_PLAN_STALE',
      `${host}: container ${container} is not as it was planned: ${error.message}`,
      {
        hint: 'something else changed it meanwhile; start the command again, it plans anew',
        cause: error,
      },
    );
  }
}
