import { imageEngine } from '../engine/index.ts';
import type { ImageRef } from '../lib/container-spec.ts';
import type { ActionContext } from './action.ts';
import { engineConnectionOf } from './engine-connection.ts';

/** Pulls an image to the job's host. Throws E_IMAGE_TRANSFER. */
export async function pullImage(context: ActionContext, image: ImageRef): Promise<void> {
  const engine = imageEngine(await engineConnectionOf(context, context.host ?? ''));
  await engine.pullImage(image.reference, { signal: context.signal, progress: context.progress });
}
