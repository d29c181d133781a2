import type { ContainerSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { labels, ownerLabels } from './labels.ts';
import type { Engine } from './port.ts';

/** Makes a named volume with our labels before the engine makes one without. Throws E_NAME_FOREIGN. */
export async function ensureVolume(engine: Engine, spec: ContainerSpec, name: string): Promise<void> {
  const volume = await engine.createVolume(name, ownerLabels(spec, 'data'));
  if (volume.labels[labels.site] === spec.site) return;
  throw new UserError(
    'E_NAME_FOREIGN',
    `${spec.host}: the volume ${name} exists and is not of the site "${spec.site}"`,
    {
      hint: 'give this site another container_prefix, or copy the data into a volume that Slipway makes and remove this one',
    },
  );
}
