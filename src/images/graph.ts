import { type Problem, ProblemsError, problem, problemOf, throwOnErrors, UserError } from '../lib/errors.ts';
import {
  type ImageGraph,
  type ImageId,
  type ImageNode,
  type ImageTree,
  imageKey,
  type ParentReference,
} from './model.ts';
import type { RenderImage } from './render-image.ts';
import { hasSuite } from './select.ts';

/**
 * The graph of some images with all their parents, parents first. All problems of all its templates are reported at
 * once: what templates throw, E_IMAGE_CYCLE, E_IMAGE_SUITE.
 */
export function buildGraph(ids: readonly ImageId[], tree: ImageTree, render: RenderImage): ImageGraph {
  const walk: Walk = { tree, render, nodes: new Map(), path: [], failed: new Set(), problems: [] };
  for (const id of ids) visit(id, walk);
  throwOnErrors(walk.problems);
  return { nodes: walk.nodes, asked: new Set(ids.map(imageKey)) };
}

/** The nodes that are built on each node. */
export function childrenOf(graph: ImageGraph): Map<string, string[]> {
  const children = new Map<string, string[]>([...graph.nodes.keys()].map((key) => [key, []]));
  for (const node of graph.nodes.values()) {
    for (const parent of imageParents(node)) children.get(parent)?.push(node.key);
  }
  return children;
}

/** The keys of the images of ours that a node is built on. */
export function imageParents(node: ImageNode): string[] {
  return node.parents.flatMap((parent) => (parent.kind === 'image' ? [parent.key] : []));
}

type Walk = {
  readonly tree: ImageTree;
  readonly render: RenderImage;
  readonly nodes: Map<string, ImageNode>;
  readonly path: ImageId[];
  readonly failed: Set<string>;
  readonly problems: Problem[];
};

function visit(id: ImageId, walk: Walk): void {
  const key = imageKey(id);
  if (walk.nodes.has(key) || walk.failed.has(key)) return;
  const node = rendered(id, walk);
  if (!node) {
    walk.failed.add(key);
    return;
  }
  walk.path.push(id);
  for (const parent of node.parents) if (parent.kind === 'image') follow(node, parent, walk);
  walk.path.pop();
  walk.nodes.set(key, node);
}

function rendered(id: ImageId, walk: Walk): ImageNode | undefined {
  try {
    return walk.render(id);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    walk.problems.push(...(error instanceof ProblemsError ? error.problems : [problemOf(error)]));
    return undefined;
  }
}

function follow(node: ImageNode, parent: ParentReference & { kind: 'image' }, walk: Walk): void {
  const template = walk.tree.templates.get(parent.image);
  if (template && !hasSuite(template, node.suite)) {
    walk.problems.push(
      problem(
        'E_IMAGE_SUITE',
        `"${node.image}" is built on ${node.suite}, its parent "${parent.image}" is not`,
        {
          at: parent.at(),
          hint: `"${parent.image}" can be built on ${template.suites.join(', ')}`,
        },
      ),
    );
    return;
  }
  const start = walk.path.findIndex((id) => id.image === parent.image);
  if (start === -1) {
    visit({ image: parent.image, suite: node.suite }, walk);
    return;
  }
  const chain = [...walk.path.slice(start).map((id) => id.image), parent.image];
  walk.problems.push(
    problem('E_IMAGE_CYCLE', `"${parent.image}" is built on itself: ${chain.join(' → ')}`, {
      at: parent.at(),
      hint: 'the arrow means "is built on"; give one of them another parent',
    }),
  );
}
