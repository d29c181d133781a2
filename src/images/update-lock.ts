import type { ImagesLock, LockedImage } from '../lib/images-lock.ts';
import { imageTag } from './references.ts';
import { type BuildSession, displayName } from './session.ts';

/** The lock after a build: what was built or found is in it, what failed keeps its old line. */
export function updateLock(session: BuildSession): ImagesLock {
  const { request, graph } = session;
  const images: Record<string, LockedImage> = { ...request.lock.images };
  for (const [key, result] of session.results) {
    const node = graph.nodes.get(key);
    if (!node || !result.digest || !result.contentHash) continue;
    if (result.status !== 'built' && result.status !== 'unchanged') continue;
    const name = displayName(node, graph);
    const old = request.lock.images[name];
    const kept = old?.configDigest === result.digest ? old.registryDigest : undefined;
    const registryDigest = result.registryDigest ?? kept;
    const buildSeconds = result.status === 'built' ? Math.ceil(result.durationMs / 1000) : old?.buildSeconds;
    images[name] = {
      tag: imageTag(node, request.naming),
      contentHash: result.contentHash,
      configDigest: result.digest,
      ...(registryDigest !== undefined && { registryDigest }),
      ...(buildSeconds !== undefined && { buildSeconds }),
    };
  }
  return { images, snapshot: session.snapshot };
}
