import {
  childrenOf,
  displayName,
  type ImageGraph,
  type ImageNode,
  imageParents,
  imageReference,
  planGraph,
  readImageTree,
  renderedDockerfile,
  selectImages,
} from '../images/index.ts';
import type { Command, CommandArguments, CommandContext } from './context.ts';
import { jsonOption } from './context.ts';
import { loadImagesLock, selectionOf, selectionOptions, templateRoots } from './image-request.ts';
import { siteDirectory } from './site-place.ts';

const patterns = [{ name: 'PATTERN', summary: 'images by name or pattern (default: all)', many: true }];
const one = [{ name: 'IMAGE', summary: 'the name of an image', required: true }];
const naming = { namespace: 'slipway', tag: undefined, suite: undefined };

/** `slipway images list`: what can be built. */
export const imagesListCommand: Command = {
  arguments: patterns,
  options: [...selectionOptions, jsonOption],
  examples: [{ command: 'slipway images list', does: 'all images with their suites' }],
  run: async (args, context) => {
    const tree = readImageTree(templateRoots(args, context));
    const data = selectImages(tree, selectionOf(args, context)).map(({ image, suite }) => {
      const template = tree.templates.get(image);
      const suites = template?.suites ?? [];
      return { image, suite, suites, template: template?.file };
    });
    return { exitCode: 0, data, text: table(data.map((row) => [row.image, row.suites.join(' ')])) };
  },
};

/** `slipway images graph`: what is built on what. */
export const imagesGraphCommand: Command = {
  arguments: patterns,
  options: [...selectionOptions, jsonOption],
  examples: [{ command: 'slipway images graph keystone', does: 'an image and what it stands on' }],
  run: async (args, context) => {
    const graph = graphOf(args, context);
    const data = [...graph.nodes.values()].map((node) => ({
      image: displayName(node, graph),
      suite: node.suite,
      parents: imageParents(node).map((key) => nameOf(key, graph)),
    }));
    return { exitCode: 0, data, text: treeText(graph) };
  },
};

/** `slipway images render`: the Dockerfile of an image. */
export const imagesRenderCommand: Command = {
  arguments: one,
  options: selectionOptions,
  examples: [{ command: 'slipway images render keystone', does: 'its Dockerfile, as it would be built' }],
  run: async (args, context) => ({
    exitCode: 0,
    text: renderedDockerfile(asked(args, context).node, { naming }),
  }),
};

/** `slipway images show`: everything that is known of an image. */
export const imagesShowCommand: Command = {
  arguments: one,
  options: [...selectionOptions, jsonOption],
  examples: [
    { command: 'slipway images show keystone --json', does: 'its parents, children, files, digests' },
  ],
  run: async (args, context) => {
    const { node, graph } = asked(args, context);
    const everything = planGraph({
      roots: templateRoots(args, context),
      selection: { patterns: [], suite: node.suite },
    });
    const { lock } = loadImagesLock(siteDirectory(args, context));
    const locked = lock.images[displayName(node, graph)];
    const data = {
      image: node.image,
      suite: node.suite,
      suites: node.template.suites,
      reference: imageReference(node, naming),
      template: node.template.file,
      parents: ancestors(node, graph),
      children: (childrenOf(everything).get(node.key) ?? []).map((key) => nameOf(key, everything)),
      files: node.files.map((file) => file.path),
      ...(locked && { locked }),
    };
    return { exitCode: 0, data, text: factsText(data) };
  },
};

function graphOf(args: CommandArguments, context: CommandContext): ImageGraph {
  return planGraph({ roots: templateRoots(args, context), selection: selectionOf(args, context) });
}

function asked(args: CommandArguments, context: CommandContext): { node: ImageNode; graph: ImageGraph } {
  const graph = graphOf(args, context);
  const node = graph.nodes.get([...graph.asked][0] ?? '');
  if (!node) throw new Error('the selection of an image is empty');
  return { node, graph };
}

function nameOf(key: string, graph: ImageGraph): string {
  const node = graph.nodes.get(key);
  return node ? displayName(node, graph) : key;
}

function ancestors(node: ImageNode, graph: ImageGraph): string[] {
  return imageParents(node).flatMap((key) => {
    const parent = graph.nodes.get(key);
    return parent ? [displayName(parent, graph), ...ancestors(parent, graph)] : [];
  });
}

function treeText(graph: ImageGraph): string {
  const children = childrenOf(graph);
  const lines: string[] = [];
  const add = (key: string, depth: number) => {
    lines.push(`${'  '.repeat(depth)}${nameOf(key, graph)}`);
    for (const child of (children.get(key) ?? []).sort()) add(child, depth + 1);
  };
  for (const node of graph.nodes.values()) if (imageParents(node).length === 0) add(node.key, 0);
  return lines.join('\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([first = '']) => first.length), 0);
  return rows.map(([first = '', ...rest]) => [first.padEnd(width), ...rest].join('  ').trimEnd()).join('\n');
}

function factsText(data: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(data).flatMap(([key, value]) => {
    if (Array.isArray(value)) return [[key, value.join(' ')]];
    if (typeof value !== 'object' || value === null) return [[key, String(value)]];
    return Object.entries(value).map(([inner, text]) => [`${key}.${inner}`, String(text)]);
  });
  return table(rows);
}
