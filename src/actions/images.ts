import { type Engine, type HostFacts, planContainer, planOneShot } from '../engine/index.ts';
import type { Change } from '../lib/change.ts';
import type { ImageRef } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import type { ServicePlan } from '../services/index.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { factsOf, placeOf } from './deployment.ts';
import { pullImage } from './pull-image.ts';

type Plan = ActionPlan & { readonly missing: readonly ImageRef[] };

/**
 * `slipway/images`: the images that the job's service is about to start on the job's host are there; with a registry
 * they are pulled. Containers that stay as they are need no look at their images.
 */
export const imagesAction = defineAction<Record<string, never>, Plan>({
  name: 'slipway/images',
  description: 'Sees that the images of a service are on a host.',
  inputs: strictObject({}) as never,
  outputs: {},
  needs: ['site', 'host', 'service'],
  changesEngine: true,
  plan: async (context) => {
    const { host, plan, engine, site } = await placeOf(context);
    const facts = await factsOf(context, host);
    const missing = await missingImages(plan, { engine, facts });
    if (missing.length > 0 && site.globals.registry === undefined) throw notBuilt(host, missing);
    const changes = missing.map(
      (image): Change => ({
        host,
        target: `image ${image.reference}`,
        kind: 'pull',
        reasons: ['it is not on the host'],
      }),
    );
    return { missing, changes, because: 'all images are on the host' };
  },
  apply: async (context, plan) => {
    for (const [index, image] of plan.missing.entries()) {
      context.progress(`pulling ${image.reference}`);
      await pullImage(context, image);
      const change = plan.changes[index];
      if (change) context.applied(change);
    }
    return { changed: plan.missing.length > 0, outputs: {} };
  },
});

/**
 * The images of a service that are about to be started on a host, by containers or one-shots, and are not there.
 * Throws E_NAME_FOREIGN.
 */
export async function missingImages(
  plan: ServicePlan,
  on: { readonly engine: Engine; readonly facts: HostFacts },
): Promise<readonly ImageRef[]> {
  const { engine, facts } = on;
  const containers = plan.containers.filter(
    (spec) =>
      spec.host === engine.host && planContainer(spec, facts).steps.some((step) => step.do === 'make'),
  );
  const oneShots = plan.oneShots
    .map((one) => one.oneShot)
    .filter((one) => one.spec.host === engine.host && planOneShot(one, facts).kind === 'run')
    .map((one) => one.spec);
  const wanted = new Map([...containers, ...oneShots].map((spec) => [spec.image.reference, spec.image]));
  const missing: ImageRef[] = [];
  for (const image of wanted.values()) {
    if ((await engine.findImage(image.id ?? image.reference)) === undefined) missing.push(image);
  }
  return missing;
}

function notBuilt(host: string, missing: readonly ImageRef[]): UserError {
  const names = missing.map((image) => image.reference).join(', ');
  return new UserError('E_IMAGE_MISSING', `${host}: not on the engine: ${names}`, {
    hint: 'build them (slipway build --profile quickstart), or set registry: in globals.yml',
  });
}
