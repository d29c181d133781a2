import { applyRemoval, planOrphans, type RemovalPlan } from '../engine/index.ts';
import type { ContainerSpec } from '../lib/container-spec.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionContext, type ActionPlan, defineAction } from './action.ts';
import { applyPorts, deploymentOf, engineHere, factsOf, forgetFacts } from './deployment.ts';

type Plan = ActionPlan & { readonly removal: RemovalPlan };

/**
 * `slipway/orphans`: removes the site's containers on the job's host that no enabled service wants any more. Volumes
 * with data stay and are named.
 */
export const orphansAction = defineAction<Record<string, never>, Plan>({
  name: 'slipway/orphans',
  description: "Removes the site's containers that nothing wants any more.",
  inputs: strictObject({}) as never,
  outputs: {},
  needs: ['site', 'host'],
  changesEngine: true,
  plan: async (context) => {
    const host = context.host ?? '';
    const facts = await factsOf(context, host);
    const wanted = await wantedOn(context, host);
    const found = planOrphans(facts, new Set(wanted.map((spec) => spec.name)));
    const used = new Set(
      wanted.flatMap((spec) => spec.options.volumes.map((one) => one.split(':')[0] ?? '')),
    );
    const removal = { ...found, keptVolumes: found.keptVolumes.filter((name) => !used.has(name)) };
    return { removal, changes: removal.changes, because: 'nothing of the site is left over' };
  },
  apply: async (context, { removal }) => {
    const host = context.host ?? '';
    for (const name of removal.changes.length > 0 ? removal.keptVolumes : []) {
      context.output(
        'stdout',
        `volume ${name} holds data and is kept; remove it by hand if it is not needed\n`,
      );
    }
    if (removal.changes.length === 0) return { changed: false, outputs: {} };
    forgetFacts(context, host);
    const { changed } = await applyRemoval(await engineHere(context, host), removal, applyPorts(context));
    return { changed, outputs: {} };
  },
});

/** Everything that enabled services have on a host. A volume may carry the name of a one-shot that made it first. */
async function wantedOn(context: ActionContext, host: string): Promise<readonly ContainerSpec[]> {
  const { world, planOf } = await deploymentOf(context);
  const plans = world.enabled.map((service) => planOf(service.name));
  const specs = plans.flatMap((plan) => [
    ...plan.containers,
    ...plan.oneShots.map((one) => one.oneShot.spec),
  ]);
  return specs.filter((spec) => spec.host === host);
}
