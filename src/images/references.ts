/** How parents stand in a canonical Dockerfile, so that no tag or digest is part of its text. */
const canonical = /\b(image|base):\/\/([A-Za-z0-9_.@-]+)/g;

export function imageToken(image: string): string {
  return `image://${image}`;
}

export function baseToken(suite: string): string {
  return `base://${suite}`;
}

/** What a reference of a canonical Dockerfile stands for. */
export function readToken(reference: string): { kind: 'image' | 'base'; name: string } | undefined {
  const match = /^(image|base):\/\/(.+)$/.exec(reference);
  return match ? { kind: match[1] as 'image' | 'base', name: match[2] as string } : undefined;
}

/** Puts what the builder needs in the places of the tokens. */
export function concreteDockerfile(
  dockerfile: string,
  resolve: (kind: 'image' | 'base', name: string) => string,
): string {
  return dockerfile.replace(canonical, (_, kind: 'image' | 'base', name: string) => resolve(kind, name));
}

/** The parts that an image's name on an engine is made of. */
export type ImageNaming = {
  readonly namespace: string;
  /** Absent: the suite. */
  readonly tag: string | undefined;
  /** The suite that gets the bare tag where a tag is given and two suites are built. */
  readonly suite: string | undefined;
};

/** `slipway/keystone:trixie`, or with the tag that was asked for. */
export function imageReference(id: { image: string; suite: string }, naming: ImageNaming): string {
  return `${naming.namespace}/${id.image}:${imageTag(id, naming)}`;
}

export function imageTag(id: { suite: string }, naming: ImageNaming): string {
  if (naming.tag === undefined) return id.suite;
  return naming.suite === undefined || naming.suite === id.suite ? naming.tag : `${naming.tag}-${id.suite}`;
}

/** The Dockerfile of a node with the names of its parents, as people and other builders read it. */
export function renderedDockerfile(
  node: { readonly dockerfile: string; readonly suite: string },
  options: { readonly naming: ImageNaming; readonly base?: string | undefined },
): string {
  return concreteDockerfile(node.dockerfile, (kind, name) =>
    kind === 'base'
      ? (options.base ?? `debian:${name}`)
      : imageReference({ image: name, suite: node.suite }, options.naming),
  );
}
