/** Image templates → graph → build plan, and the builder that performs it. */
export { type BuildOutcome, buildImages, planGraph } from './build-images.ts';
export { buildGraph, childrenOf, imageParents } from './graph.ts';
export type { ImageGraph, ImageId, ImageNode, ImageTemplate, ImageTree, ParentReference } from './model.ts';
export { imageKey } from './model.ts';
export { contentHashes } from './prepare.ts';
export { readImageTree } from './read-tree.ts';
export { concreteDockerfile, type ImageNaming, imageReference, renderedDockerfile } from './references.ts';
export { imageRenderer } from './render-image.ts';
export { type ImageSelection, knownSuites, selectImages } from './select.ts';
export { type BuildPorts, type BuildRequest, displayName } from './session.ts';
