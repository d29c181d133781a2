import type { OneShotSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import type { Applied, ApplyPorts } from './apply-ports.ts';
import { configDirectory, containerConfig } from './container-config.ts';
import { ensureVolume } from './ensure-volume.ts';
import { doneVolume, labels, namesOf, ownerLabels, type Role } from './labels.ts';
import { bringsOther, type OneShotPlan, oneShotImage } from './one-shot-plan.ts';
import type { Engine } from './port.ts';
import { type BriefResult, runToEnd, waitForEnd } from './run-to-end.ts';

const probeTimeoutMs = 120_000;

/**
 * Performs a one-shot: ends what an earlier run left, asks the service's own data (`done`), runs the container where
 * that is not done, asks again, and records it. Cut off anywhere, it may be done again. Throws E_ONE_SHOT_FAILED.
 */
export async function applyOneShot(engine: Engine, plan: OneShotPlan, ports: ApplyPorts): Promise<Applied> {
  if (plan.kind === 'none') return { changed: false };
  const { oneShot } = plan;
  await ports.guard?.();
  await endLeftovers(engine, plan, ports);
  for (const name of plan.missingVolumes) await ensureVolume(engine, oneShot.spec, name);
  if (!bringsOther(plan) && (await isDone(engine, oneShot, ports))) {
    ports.progress(`${oneShot.spec.container}: the service's data says that it is done`);
    await record(engine, oneShot);
    return { changed: false };
  }
  await ports.guard?.();
  await run(engine, oneShot, ports);
  await record(engine, oneShot);
  for (const change of plan.changes) ports.applied(change);
  return { changed: true };
}

/** One that still runs (its run was killed, it was not) is let to its end: two at once are not safe. */
async function endLeftovers(engine: Engine, plan: OneShotPlan, ports: ApplyPorts): Promise<void> {
  const { spec, timeoutMs } = { spec: plan.oneShot.spec, timeoutMs: plan.oneShot.timeoutSeconds * 1000 };
  for (const { id, running } of plan.leftovers) {
    if (running) {
      ports.progress(`${spec.container} still runs since an earlier run: waiting for its end`);
      const exitCode = await waitForEnd(engine, id, { ...ports, timeoutMs });
      const gone = exitCode === undefined && (await engine.inspectContainer(id)) === undefined;
      if (exitCode === undefined && !gone) throw timeOut(plan.oneShot);
    }
    await engine.removeContainer(id);
  }
}

async function isDone(engine: Engine, oneShot: OneShotSpec, ports: ApplyPorts): Promise<boolean> {
  if (!oneShot.done) return false;
  const brief = briefOf(oneShot, {
    name: namesOf(oneShot.spec.name).probe,
    role: 'probe',
    command: oneShot.done,
  });
  const result = await runToEnd(engine, { ...brief, timeoutMs: probeTimeoutMs }, ports);
  return result.exitCode === 0;
}

async function run(engine: Engine, oneShot: OneShotSpec, ports: ApplyPorts): Promise<void> {
  const { spec } = oneShot;
  const brief = briefOf(oneShot, { name: spec.name, role: 'one-shot' });
  const timeoutMs = oneShot.timeoutSeconds * 1000;
  const result = await runToEnd(engine, { ...brief, timeoutMs, uninterrupted: true }, ports);
  for (const line of result.log) ports.output?.('stdout', `${line}\n`);
  if (result.exitCode === undefined) throw timeOut(oneShot);
  if (result.exitCode !== 0) throw failure(oneShot, `ended with exit code ${result.exitCode}`, result);
  if (!oneShot.done || (await isDone(engine, oneShot, ports))) return;
  throw failure(
    oneShot,
    `ended well, and its own check (${oneShot.done[0]}) says that it is not done`,
    result,
  );
}

function briefOf(
  oneShot: OneShotSpec,
  what: { readonly name: string; readonly role: Role; readonly command?: readonly string[] },
) {
  const { name, ...variant } = what;
  const { spec } = oneShot;
  return {
    name,
    config: containerConfig(spec, variant),
    files: spec.files,
    directories: [configDirectory],
  };
}

async function record(engine: Engine, oneShot: OneShotSpec): Promise<void> {
  const { spec } = oneShot;
  const name = doneVolume(spec.name);
  await engine.removeVolume(name);
  await engine.createVolume(name, {
    ...ownerLabels(spec, 'done'),
    [labels.image]: oneShotImage(oneShot),
    [labels.members]: oneShot.membersHash,
  });
}

function failure(oneShot: OneShotSpec, what: string, result: BriefResult): UserError {
  const { spec } = oneShot;
  const log = result.log.slice(-30).map((line) => `\n  ${line}`);
  const end = log.length === 0 ? '' : `\nthe end of its log:${log.join('')}`;
  return new UserError('E_ONE_SHOT_FAILED', `${spec.host}: one-shot ${spec.container} ${what}${end}`, {
    hint: 'mend what its log says and run again: it is safe to run twice',
  });
}

function timeOut(oneShot: OneShotSpec): UserError {
  const { spec, timeoutSeconds } = oneShot;
  return new UserError(
    'E_ONE_SHOT_FAILED',
    `${spec.host}: one-shot ${spec.container} did not end within ${timeoutSeconds} s`,
    {
      hint: 'see what it waits for (a database that does not answer?), or give it a longer timeout, then run again',
    },
  );
}
