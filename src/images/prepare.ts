import type { ImageFact } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import { ensureBaseImage } from './base-image.ts';
import { contentHash } from './content-hash.ts';
import type { ImageGraph } from './model.ts';
import type { BuildPorts, BuildRequest, BuildSession } from './session.ts';
import { takeSnapshot } from './snapshot.ts';

/**
 * Finds out what a build starts from: the engine's images (one call), the base images (fetched or made where they are
 * missing), the package snapshot (taken where the lock has none), and from these every content hash.
 */
export async function prepareBuild(
  graph: ImageGraph,
  request: BuildRequest,
  ports: BuildPorts,
): Promise<BuildSession> {
  const images = await ports.engine.listImages();
  const bases = await findBases(graph, images, { request, ports });
  const externals = await findExternals(graph, images, ports);
  const snapshot = await findSnapshots(bases, request, ports);
  const hashes = contentHashes(graph, { bases, externals, snapshot, buildArgs: request.buildArgs });
  return {
    ...{ request, ports, graph, images, bases, externals, snapshot, hashes },
    ids: new Map(),
    results: new Map(),
  };
}

type Scope = { readonly request: BuildRequest; readonly ports: BuildPorts };

async function findBases(
  graph: ImageGraph,
  images: readonly ImageFact[],
  { request, ports }: Scope,
): Promise<Map<string, ImageFact>> {
  const bases = new Map<string, ImageFact>();
  for (const node of graph.nodes.values()) {
    for (const parent of node.parents) {
      if (parent.kind !== 'base' || bases.has(parent.suite)) continue;
      const wanted = { suite: parent.suite, wanted: request.base, images };
      const { engine, host, emit, signal } = ports;
      bases.set(parent.suite, await ensureBaseImage(wanted, { engine, host, emit, signal }));
    }
  }
  return bases;
}

/** The ids of images that are named outright. One that is missing is pulled; a variable in the name is left alone. */
async function findExternals(
  graph: ImageGraph,
  images: readonly ImageFact[],
  ports: BuildPorts,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const node of graph.nodes.values()) {
    for (const parent of node.parents) {
      if (parent.kind !== 'external' || ids.has(parent.reference) || parent.reference.includes('$')) continue;
      const { reference } = parent;
      const tagged = /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
      const found = images.find((image) => image.references.includes(tagged) || image.id === reference);
      ids.set(reference, found?.id ?? (await pulledId(reference, ports)));
    }
  }
  return ids;
}

async function pulledId(reference: string, ports: BuildPorts): Promise<string> {
  await ports.engine.pullImage(reference, { signal: ports.signal });
  const image = await ports.engine.inspectImage(reference);
  if (!image) throw new UserError('E_IMAGE_BASE', `${reference} is not on the engine after it was pulled`);
  return image.id;
}

async function findSnapshots(
  bases: ReadonlyMap<string, ImageFact>,
  request: BuildRequest,
  ports: BuildPorts,
): Promise<Record<string, string>> {
  const snapshot: Record<string, string> = { ...request.lock.snapshot };
  for (const [suite, base] of bases) {
    if (snapshot[suite] !== undefined && !request.update) continue;
    const { engine, clock, signal } = ports;
    snapshot[suite] = await takeSnapshot(base, { engine, clock, signal, env: request.proxies });
  }
  return snapshot;
}

type HashScope = Pick<BuildSession, 'bases' | 'externals' | 'snapshot'> & Pick<BuildRequest, 'buildArgs'>;

/** Content hashes of a graph, parents first. */
export function contentHashes(graph: ImageGraph, scope: HashScope): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const node of graph.nodes.values()) {
    const parents = node.parents.map((parent) => {
      if (parent.kind === 'image') return hashes.get(parent.key) as string;
      if (parent.kind === 'base') return scope.bases.get(parent.suite)?.id ?? '';
      return scope.externals.get(parent.reference) ?? parent.reference;
    });
    const hasPackages = node.parents.some((parent) => parent.kind === 'base');
    const snapshot = hasPackages ? scope.snapshot[node.suite] : undefined;
    hashes.set(node.key, contentHash(node, { parents, snapshot, buildArgs: scope.buildArgs }));
  }
  return hashes;
}
