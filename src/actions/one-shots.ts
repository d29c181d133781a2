import { z } from 'zod';
import { applyOneShot, type OneShotPlan, planOneShot } from '../engine/index.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { applyPorts, factsOf, forgetFacts, placeOf } from './deployment.ts';

const inputs = strictObject({ before: z.enum(['containers', 'ready']).default('containers') });
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly plans: readonly OneShotPlan[] };

/**
 * `slipway/one-shots`: the one-shots of the job's service that run on the job's host, in their order. Each runs once a
 * cluster: on the other hosts there is nothing to do. `before` chooses those before the containers or after them.
 */
export const oneShotsAction = defineAction<Inputs, Plan>({
  name: 'slipway/one-shots',
  description: "Does what a service's data needs once: databases, schemas, first accounts.",
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: { changed: '`true` if a one-shot ran' },
  needs: ['site', 'host', 'service'],
  changesEngine: true,
  plan: async (context, given) => {
    const { host, plan } = await placeOf(context);
    const facts = await factsOf(context, host);
    const plans = plan.oneShots
      .filter((one) => one.before === given.before && one.oneShot.spec.host === host)
      .map((one) => planOneShot(one.oneShot, facts));
    const because = plans.length === 0 ? 'no one-shot is for this host' : 'all are done';
    return { plans, changes: plans.flatMap((one) => one.changes), because };
  },
  apply: async (context, plan) => {
    const { host, engine } = await placeOf(context);
    let changed = false;
    for (const one of plan.plans) {
      if (one.kind === 'none') continue;
      forgetFacts(context, host);
      const applied = await applyOneShot(engine, one, applyPorts(context));
      changed ||= applied.changed;
    }
    return { changed, outputs: { changed: String(changed) } };
  },
});
