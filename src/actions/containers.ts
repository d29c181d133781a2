import { applyContainer, type ContainerPlan, explainConfig, planContainer } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { applyPorts, factsOf, forgetFacts, placeOf } from './deployment.ts';

type Plan = ActionPlan & { readonly plans: readonly ContainerPlan[] };

/**
 * `slipway/containers`: brings the containers of the job's service on the job's host to what the site wants, one after
 * the other. Without a difference it makes no call beyond the two that observe the host.
 */
export const containersAction = defineAction<Record<string, never>, Plan>({
  name: 'slipway/containers',
  description: 'Brings the containers of a service on a host to what the site wants.',
  inputs: strictObject({}) as never,
  outputs: { changed: '`true` if a container was created, replaced, reloaded or restarted' },
  needs: ['site', 'host', 'service'],
  changesEngine: true,
  plan: async (context) => {
    const { host, plan, engine } = await placeOf(context);
    const facts = await factsOf(context, host);
    const specs = plan.containers.filter((spec) => spec.host === host);
    const plans = await Promise.all(specs.map((spec) => explainConfig(engine, planContainer(spec, facts))));
    return { plans, changes: plans.flatMap((one) => one.changes), because: because(plans) };
  },
  apply: async (context, plan) => {
    const { host, engine } = await placeOf(context);
    let changed = false;
    try {
      for (const one of plan.plans) {
        const applied = await applyContainer(engine, one, applyPorts(context));
        changed ||= applied.changed;
      }
    } catch (error) {
      forgetFacts(context, host);
      throw hintAtImage(error);
    }
    if (changed) forgetFacts(context, host);
    return { changed, outputs: { changed: String(changed) } };
  },
});

function because(plans: readonly ContainerPlan[]): string {
  if (plans.length === 0) return 'the service has no container on this host';
  const names = plans.map((one) => one.spec.container).join(', ');
  return `${names}: as the site wants ${plans.length === 1 ? 'it' : 'them'}`;
}

function hintAtImage(error: unknown): unknown {
  if (!(error instanceof UserError) || error.code !== 'E_IMAGE_MISSING' || error.hint !== undefined)
    return error;
  return new UserError(error.code, error.message, {
    at: error.at,
    hint: 'build it: slipway build',
    cause: error,
  });
}
