import { z } from 'zod';
import type { Problem } from './errors.ts';
import { readAs, strictObject } from './schema.ts';
import { readYaml } from './yaml.ts';

/** One image of the lock file. */
export type LockedImage = {
  readonly tag: string;
  readonly contentHash: string;
  /** The image's config digest, `sha256:…`: what the engine calls its id. */
  readonly configDigest: string;
  /** Its digest in the registry that it was pushed to last, `sha256:…`. */
  readonly registryDigest?: string | undefined;
  readonly packagesDigest?: string | undefined;
  /** How long its last build took: what a schedule of builds goes by. */
  readonly buildSeconds?: number | undefined;
};

/** `images.lock.yml`: images by name, and the package snapshot (suite → digest of its InRelease files). */
export type ImagesLock = {
  readonly images: Readonly<Record<string, LockedImage>>;
  readonly snapshot: Readonly<Record<string, string>>;
};

/** The name of the lock file in a site's directory. */
export const imagesLockFile = 'images.lock.yml';

export const emptyImagesLock: ImagesLock = { images: {}, snapshot: {} };

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits');

const schema = strictObject({
  snapshot: z.record(z.string(), digest).default({}),
  images: z
    .record(
      z.string(),
      strictObject({
        tag: z.string(),
        contentHash: digest,
        configDigest: digest,
        registryDigest: digest.optional(),
        packagesDigest: digest.optional(),
        buildSeconds: z.number().nonnegative().optional(),
      }),
    )
    .default({}),
});

/** Reads a lock file's text; an empty one is an empty lock. `lock` is undefined where there are errors. */
export function readImagesLock(
  text: string,
  file: string,
): { lock: ImagesLock | undefined; problems: Problem[] } {
  const { node, problems } = readYaml(text, file);
  if (!node) return { lock: problems.length === 0 ? emptyImagesLock : undefined, problems };
  const { value, problems: found } = readAs(schema, node);
  return { lock: value, problems: [...problems, ...found] };
}

/** Renders a lock file: sorted by name, one value a line, so that two locks differ only where they differ. */
export function renderImagesLock(lock: ImagesLock): string {
  const lines = ['# Written by `slipway build`; keep it with the site. Do not edit.', 'snapshot:'];
  for (const [suite, value] of sorted(lock.snapshot)) lines.push(`  ${key(suite)}: ${value}`);
  if (Object.keys(lock.snapshot).length === 0) lines[1] = 'snapshot: {}';
  lines.push(Object.keys(lock.images).length === 0 ? 'images: {}' : 'images:');
  for (const [name, image] of sorted(lock.images)) {
    lines.push(`  ${key(name)}:`, `    tag: ${JSON.stringify(image.tag)}`);
    for (const field of ['contentHash', 'configDigest', 'registryDigest', 'packagesDigest'] as const) {
      if (image[field] !== undefined) lines.push(`    ${field}: ${image[field]}`);
    }
    if (image.buildSeconds !== undefined) lines.push(`    buildSeconds: ${image.buildSeconds}`);
  }
  return `${lines.join('\n')}\n`;
}

function sorted<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function key(name: string): string {
  return /^[A-Za-z][\w.-]*$/.test(name) ? name : JSON.stringify(name);
}
