import { applyRemoval, planOrphans, type RemovalPlan } from '../engine/index.ts';
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
    const removal = planOrphans(facts, await wantedNames(context, host));
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

/** The names on the engine of everything that enabled services have on a host. */
async function wantedNames(context: ActionContext, host: string): Promise<ReadonlySet<string>> {
  const { world, planOf } = await deploymentOf(context);
  const plans = world.enabled.map((service) => planOf(service.name));
  const specs = plans.flatMap((plan) => [
    ...plan.containers,
    ...plan.oneShots.map((one) => one.oneShot.spec),
  ]);
  return new Set(specs.filter((spec) => spec.host === host).map((spec) => spec.name));
}
