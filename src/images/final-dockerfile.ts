import { type ImageNode, imageKey, type ParentReference } from './model.ts';
import { concreteDockerfile } from './references.ts';
import type { BuildSession } from './session.ts';

/** Labels of an image: what the next build goes by, and OCI's own. */
export const labels = {
  contentHash: 'slipway.content-hash',
  parent: 'slipway.parent',
  snapshot: 'slipway.snapshot',
} as const;

/** What is sent to the builder: parents by their ids, the snapshot where its cache must end, the labels. */
export function finalDockerfile(node: ImageNode, session: BuildSession): string {
  const concrete = concreteDockerfile(node.dockerfile, (kind, name) =>
    kind === 'base'
      ? (session.bases.get(name)?.id ?? '')
      : (session.ids.get(imageKey({ image: name, suite: node.suite })) ?? ''),
  );
  return withLabels(withSnapshot(concrete, node, session), node, session);
}

/** The ids of what a node is built on, in order; `scratch` where there is none. */
export function parentLabel(node: ImageNode, session: BuildSession): string {
  return node.parents.map((parent) => parentId(parent, session)).join(',') || 'scratch';
}

function parentId(parent: ParentReference, session: BuildSession): string {
  if (parent.kind === 'image') return session.ids.get(parent.key) ?? '';
  if (parent.kind === 'base') return session.bases.get(parent.suite)?.id ?? '';
  return session.externals.get(parent.reference) ?? parent.reference;
}

/**
 * Puts the package snapshot behind the first FROM of an image that stands on a base image: the builder's cache of
 * everything above it then ends with the snapshot.
 */
function withSnapshot(dockerfile: string, node: ImageNode, session: BuildSession): string {
  const digest = session.snapshot[node.suite];
  if (digest === undefined || !node.parents.some((parent) => parent.kind === 'base')) return dockerfile;
  return dockerfile.replace(/^FROM .*$/im, (line) => `${line}\nLABEL ${labels.snapshot}=${digest}`);
}

/** One instruction for all labels: each would cost a container of its own. */
function withLabels(dockerfile: string, node: ImageNode, session: BuildSession): string {
  const values = {
    [labels.contentHash]: session.hashes.get(node.key) as string,
    [labels.parent]: parentLabel(node, session),
    'org.opencontainers.image.title': node.image,
    'org.opencontainers.image.base.digest': parentId(node.parents[0] ?? nothing, session),
  };
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${value}"`);
  return `${dockerfile.trimEnd()}\nLABEL ${pairs.join(' ')}\n`;
}

const nothing: ParentReference = {
  kind: 'external',
  reference: 'scratch',
  at: () => ({ file: '', line: 1, column: 1 }),
};
