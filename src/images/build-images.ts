import type { ImageResult, ImageStatus } from '../lib/events.ts';
import type { ImagesLock } from '../lib/images-lock.ts';
import { provideImage } from './build-one.ts';
import { buildGraph, childrenOf, imageParents } from './graph.ts';
import type { ImageGraph } from './model.ts';
import { prepareBuild } from './prepare.ts';
import { makePushQueue } from './push-queue.ts';
import { readImageTree } from './read-tree.ts';
import { imageReference } from './references.ts';
import { imageRenderer } from './render-image.ts';
import { runSchedule, type Task, type TaskEnd } from './schedule.ts';
import { selectImages } from './select.ts';
import { type BuildPorts, type BuildRequest, type BuildSession, displayName } from './session.ts';
import { updateLock } from './update-lock.ts';

export type BuildOutcome = {
  /** One for each image of the graph, parents first. */
  readonly results: readonly ImageResult[];
  readonly counts: Readonly<Record<ImageStatus, number>>;
  readonly lock: ImagesLock;
  readonly durationMs: number;
};

/**
 * Builds the selected images and what they stand on. What is wrong with templates, names and suites is thrown before
 * anything is built (ProblemsError); a failed or skipped image is a result. After the signal the rest is `cancelled`.
 */
export async function buildImages(request: BuildRequest, ports: BuildPorts): Promise<BuildOutcome> {
  const startedAt = ports.clock.now();
  const graph = planGraph(request);
  const session = await prepareBuild(graph, request, ports);
  const names = [...graph.nodes.values()].map((node) => displayName(node, graph));
  ports.emit({ type: 'build.started', images: names, jobs: request.jobs });
  await perform(session);
  const results = [...graph.nodes.keys()].map((key) => session.results.get(key) as ImageResult);
  const counts = { built: 0, unchanged: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const result of results) counts[result.status] += 1;
  const durationMs = ports.clock.now() - startedAt;
  ports.emit({ type: 'build.finished', counts, durationMs });
  return { results, counts, lock: updateLock(session), durationMs };
}

/** The graph of what a request selects. Reads files, renders templates, and throws all their problems at once. */
export function planGraph(request: Pick<BuildRequest, 'roots' | 'selection'>): ImageGraph {
  const tree = readImageTree(request.roots);
  return buildGraph(selectImages(tree, request.selection), tree, imageRenderer(tree));
}

async function perform(session: BuildSession): Promise<void> {
  const { graph, request, ports } = session;
  const pushes = makePushQueue(session);
  const finish = (key: string, result: ImageResult) => {
    session.results.set(key, result);
    ports.emit({ type: 'image.finished', ...result });
  };
  await runSchedule(tasksOf(session), {
    jobs: request.jobs,
    signal: ports.signal,
    perform: async (key) => {
      const node = graph.nodes.get(key);
      if (!node) throw new Error(`no node ${key}`);
      const result = await provideImage(node, session);
      const isThere = result.status === 'built' || result.status === 'unchanged';
      if (isThere && result.digest !== undefined) session.ids.set(key, result.digest);
      if (isThere && request.push) pushes.add(node, result, (pushed) => finish(key, pushed));
      else finish(key, result);
      return isThere ? 'done' : 'failed';
    },
    ended: (key, end) => {
      const result = unstarted(key, end, session);
      if (result) finish(key, result);
    },
  });
  await pushes.drained();
}

/** The result of an image that was not begun. */
function unstarted(key: string, end: TaskEnd, session: BuildSession): ImageResult | undefined {
  const node = session.graph.nodes.get(key);
  if (!node || end.kind === 'done' || end.kind === 'failed' || session.results.has(key)) return undefined;
  const common = {
    image: displayName(node, session.graph),
    reference: imageReference(node, session.request.naming),
    durationMs: 0,
  };
  if (end.kind === 'cancelled') return { ...common, status: 'cancelled' };
  const cause = session.results.get(end.because);
  const because = cause?.image ?? end.because;
  return { ...common, status: 'skipped', because, message: `${because} failed: ${cause?.message ?? ''}` };
}

/** Weights are the seconds of the last build; an image that was never built counts by what hangs on it. */
function tasksOf(session: BuildSession): Task[] {
  const { graph, request } = session;
  const children = childrenOf(graph);
  return [...graph.nodes.values()].map((node) => {
    const known = request.lock.images[displayName(node, graph)]?.buildSeconds;
    return {
      id: node.key,
      needs: imageParents(node),
      weight: known ?? 30 + (children.get(node.key)?.length ?? 0),
    };
  });
}
