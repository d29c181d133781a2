import type { ContainerSpec } from '../lib/container-spec.ts';
import { createWorld, planServices } from '../services/index.ts';
import { type OpenedSite, readText } from './open-site.ts';

/** The containers that the site's services want on its hosts. Throws UserError for what can't be worked out. */
export function expectedContainers(opened: OpenedSite): readonly ContainerSpec[] {
  const { site, catalogue } = opened;
  return planServices(createWorld(site, catalogue), readText).flatMap((plan) => plan.containers);
}
