import { labels } from './labels.ts';
import type { ContainerFact, Engine, VolumeFact } from './port.ts';

/** What is on a host's engine: all containers by name, also those that are not ours, and the site's volumes. */
export type HostFacts = {
  readonly host: string;
  readonly site: string;
  readonly containers: ReadonlyMap<string, ContainerFact>;
  readonly volumes: ReadonlyMap<string, VolumeFact>;
};

/** Observes a host with exactly two calls. */
export async function observeHost(engine: Engine, options: { readonly site: string }): Promise<HostFacts> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers(),
    engine.listVolumes(labels.site, options.site),
  ]);
  return {
    host: engine.host,
    site: options.site,
    containers: new Map(containers.map((one) => [one.name, one])),
    volumes: new Map(volumes.map((one) => [one.name, one])),
  };
}

/** True if a container or volume carries the site's label. */
export function isOurs(
  facts: HostFacts,
  thing: { readonly labels: Readonly<Record<string, string>> },
): boolean {
  return thing.labels[labels.site] === facts.site;
}
