import { type Engine, engineOf, type HostFacts, observeHost } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import type { ServicePlan, ServiceWorld } from '../services/index.ts';
import type { Site } from '../site/index.ts';
import type { ActionContext, RunResources } from './action.ts';
import { engineConnectionOf } from './engine-connection.ts';

/** A site's services as the actions of a run share them; each service is rendered once. */
export type Deployment = {
  readonly world: ServiceWorld;
  readonly planOf: (service: string) => ServicePlan;
};

const key = 'deployment';

/** Gives a run's actions the services of its site; `planOf` makes each service's plan once. */
export function provideDeployment(
  shared: RunResources,
  parts: {
    readonly world: ServiceWorld;
    readonly planOf: (service: string) => ServicePlan | undefined;
  },
): void {
  const planOf = (service: string): ServicePlan => {
    const plan = parts.planOf(service);
    if (plan) return plan;
    throw new UserError('E_SERVICE', `service "${service}" is not enabled`, {
      hint: `set enable_${service.replaceAll('-', '_')}: true in globals.yml`,
    });
  };
  void shared.get(key, async (): Promise<Deployment> => ({ world: parts.world, planOf }));
}

/** The services of the run's site. Throws E_ACTION_SCOPE where the run has none. */
export function deploymentOf(context: Pick<ActionContext, 'shared'>): Promise<Deployment> {
  return context.shared.get<Deployment>(key, async () => {
    throw new UserError('E_ACTION_SCOPE', 'this run has no services: it is not in a site');
  });
}

/** The job's host, service, site and engine. Actions that call it need all of them (`needs`). */
export type JobPlace = {
  readonly host: string;
  readonly plan: ServicePlan;
  readonly site: Site;
  readonly engine: Engine;
};

/** Where the job of a service works. */
export async function placeOf(context: ActionContext): Promise<JobPlace> {
  const host = context.host ?? '';
  const deployment = await deploymentOf(context);
  return {
    host,
    plan: deployment.planOf(context.service ?? ''),
    site: deployment.world.site,
    engine: await engineHere(context, host),
  };
}

/** The engine of a host, one for all actions of a run. */
export function engineHere(
  context: Pick<ActionContext, 'connect' | 'shared'>,
  host: string,
): Promise<Engine> {
  return context.shared.get(engineKey(host), async () => engineOf(await engineConnectionOf(context, host)));
}

/** The keys that a host's engine and facts have in a run's store. */
export const engineKey = (host: string): string => `engine:${host}`;
const factsKey = (host: string): string => `facts:${host}`;

/** What is on a host's engine, observed once and again after a change. */
export async function factsOf(context: ActionContext, host: string): Promise<HostFacts> {
  const { world } = await deploymentOf(context);
  const engine = await engineHere(context, host);
  return context.shared.get(factsKey(host), () => observeHost(engine, { site: world.site.name }));
}

/** Forgets what was observed: something was changed. */
export function forgetFacts(context: ActionContext, host: string): void {
  context.shared.drop(factsKey(host));
}

/** The ports that performing a plan takes, from an action's context. */
export function applyPorts(context: ActionContext) {
  const { clock, signal, progress, applied, output, guard } = context;
  return { clock, signal, progress, applied, output, guard };
}
