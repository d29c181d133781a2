import { createHash } from 'node:crypto';
import type { ImageNode } from './model.ts';

/** What an image's content hash depends on beside its template and files. */
export type HashInputs = {
  /** For each parent, in order: an image's content hash, another one's id. */
  readonly parents: readonly string[];
  /** The digest of the suite's package lists; absent where the image has none. */
  readonly snapshot: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
};

/**
 * The content hash of an image, `sha256:…`: over the canonical Dockerfile, the context files (path, mode, bytes; never
 * times), build arguments, the parents and the package snapshot (DESIGN §4). A change of this function's input format
 * rebuilds everything, so the format has a number.
 */
export function contentHash(node: ImageNode, inputs: HashInputs): string {
  const files = node.files.map((file) => [
    file.path,
    file.mode.toString(8),
    file.content.kind === 'file' ? file.content.sha256 : `-> ${file.content.to}`,
  ]);
  const args = Object.entries(inputs.buildArgs).sort(([a], [b]) => (a < b ? -1 : 1));
  const subject = ['slipway-image-1', node.dockerfile, files, args, inputs.parents, inputs.snapshot ?? null];
  return `sha256:${createHash('sha256').update(JSON.stringify(subject)).digest('hex')}`;
}
