import type { ImageRef } from '../lib/container-spec.ts';
import type { Site } from '../site/index.ts';

/** An image of the catalogue as the site uses it; its id where the lock file knows the tag. */
export function imageRefOf(site: Site, image: string): ImageRef {
  const { registry, imageNamespace, imageTag } = site.globals;
  const reference = `${registry === undefined ? '' : `${registry}/`}${imageNamespace}/${image}:${imageTag}`;
  const locked = site.lock.images[image];
  return { reference, ...(locked?.tag === imageTag && { id: locked.configDigest }) };
}
