import { UserError } from '../lib/errors.ts';
import type { ApplyPorts } from './apply-ports.ts';
import type { ContainerPlan } from './container-plan.ts';
import { namesOf } from './labels.ts';
import type { Engine } from './port.ts';
import { type Proof, proveContainer } from './prove.ts';

/** A container that did not prove itself, and why. */
export type Unproven = {
  readonly plan: ContainerPlan;
  readonly container: string;
  readonly proof: Exclude<Proof, { proven: true }>;
};

/**
 * Ends a plan whose container did not prove itself: puts the one before it back where that is safe, else leaves
 * everything as it is for people to look at. Always throws.
 */
export async function endUnproven(engine: Engine, unproven: Unproven, ports: ApplyPorts): Promise<never> {
  const { plan } = unproven;
  if (plan.kind === 'reload' || plan.kind === 'restart') throw reloadError(unproven);
  if (plan.fallback === undefined || plan.spec.rollback === 'never') throw unprovenError(unproven);
  ports.progress(`${plan.spec.container} ${unproven.proof.reason}: the container before it is put back`);
  const back = await putBack(engine, unproven, { fallback: plan.fallback, ports });
  if (!back.proven) {
    const text = `${describe(unproven)}; the container before it was put back and ${back.reason}`;
    throw new UserError('E_CONTAINER_UNPROVEN', withLog(text, [...unproven.proof.log, ...back.log]), {
      hint: `look at its log on ${plan.spec.host} (docker logs ${plan.spec.name}), mend the cause and run again`,
    });
  }
  await ports.undrain?.();
  throw new UserError(
    'E_CONTAINER_ROLLED_BACK',
    withLog(`${describe(unproven)}; the container before it was put back and runs`, unproven.proof.log),
    { hint: 'mend what the log says (image, option or configuration), then run again' },
  );
}

async function putBack(
  engine: Engine,
  { plan, container }: Unproven,
  { fallback, ports }: { readonly fallback: string; readonly ports: ApplyPorts },
): Promise<Proof> {
  const { spec } = plan;
  await engine.removeContainer(container);
  await engine.renameContainer(fallback, spec.name);
  await engine.setRestartPolicy(fallback, spec.options.restart);
  await engine.startContainer(fallback);
  const timeoutMs = spec.proveTimeoutSeconds * 1000;
  return proveContainer(engine, fallback, { timeoutMs, clock: ports.clock, progress: ports.progress });
}

function reloadError(unproven: Unproven): UserError {
  const { plan, proof } = unproven;
  const text = `${describe(unproven)} after it took its new configuration`;
  return new UserError('E_CONTAINER_RELOAD', withLog(text, proof.log), {
    hint: `mend the configuration and run again; the one before is in the container ${plan.spec.name} in /var/lib/kolla/config_files.prev`,
  });
}

function unprovenError(unproven: Unproven): UserError {
  const { spec, fallback } = unproven.plan;
  const look = `look at its log on ${spec.host} (docker logs ${spec.name}), mend the cause and run again`;
  const kept = namesOf(spec.name).previous;
  const back =
    `; the container before it is kept as ${kept}, as its data may have been changed by the new one: ` +
    'to go back, set the image and the options that it had and run again';
  return new UserError('E_CONTAINER_UNPROVEN', withLog(describe(unproven), unproven.proof.log), {
    hint: fallback === undefined ? look : look + back,
  });
}

function describe({ plan, proof }: Unproven): string {
  return `${plan.spec.host}: container ${plan.spec.container} ${proof.reason}`;
}

function withLog(text: string, log: readonly string[]): string {
  return log.length === 0
    ? text
    : `${text}\nthe end of its log:\n${log.map((line) => `  ${line}`).join('\n')}`;
}
