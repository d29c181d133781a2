import { readFileSync } from 'node:fs';
import { UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { createTemplates, type Templates } from '../templates/index.ts';
import { readContextFiles } from './context-files.ts';
import { readDockerfileSources } from './dockerfile.ts';
import { type ImageId, type ImageNode, type ImageTree, imageKey, type ParentReference } from './model.ts';
import { templateName } from './read-tree.ts';
import { baseToken, imageToken, readToken } from './references.ts';

/** Renders an image of the tree. Throws what templates throw, and E_IMAGE_UNKNOWN_PARENT, E_IMAGE_TEMPLATE. */
export type RenderImage = (id: ImageId) => ImageNode;

/** A renderer that renders each image once. */
export function imageRenderer(tree: ImageTree): RenderImage {
  const templates = imageTemplates(tree);
  const rendered = new Map<string, ImageNode>();
  return (id) => {
    const key = imageKey(id);
    const known = rendered.get(key);
    if (known) return known;
    const node = renderImage(tree, templates, id);
    rendered.set(key, node);
    return node;
  };
}

/** The templates of a tree, as every image of it sees them. */
function imageTemplates(tree: ImageTree): Templates {
  return createTemplates({
    roots: tree.roots,
    readFile: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    globals: { image: (name: unknown) => imageToken(knownImage(tree, name)) },
  });
}

function knownImage(tree: ImageTree, name: unknown): string {
  if (typeof name === 'string' && tree.templates.has(name)) return name;
  throw new UserError('E_IMAGE_UNKNOWN_PARENT', `there is no image "${String(name)}"`, {
    hint: didYouMean(String(name), tree.templates.keys()),
  });
}

function renderImage(tree: ImageTree, templates: Templates, id: ImageId): ImageNode {
  const template = tree.templates.get(id.image);
  if (!template) throw new Error(`image ${id.image} is not in the tree`);
  const rendered = templates.renderWithOrigin(`${template.path}/${templateName}`, {
    image_name: id.image,
    suite: id.suite,
    base_image: baseToken(id.suite),
  });
  const dockerfile = tidy(rendered.text);
  const { sources, hasFrom } = readDockerfileSources(rendered.text);
  const whole = { file: template.file, line: 1, column: 1 };
  if (!hasFrom) {
    throw new UserError('E_IMAGE_TEMPLATE', 'the template renders no FROM', {
      at: whole,
      hint: 'an image begins with FROM {{ image("NAME") }} or FROM {{ base_image }}',
    });
  }
  const parents = sources.map(({ reference, line }) =>
    parentOf(reference, id, () => rendered.origin(line) ?? whole),
  );
  return {
    ...id,
    key: imageKey(id),
    template,
    dockerfile,
    parents,
    files: readContextFiles(template, tree.roots),
  };
}

function parentOf(reference: string, id: ImageId, at: ParentReference['at']): ParentReference {
  const token = readToken(reference);
  if (token?.kind === 'base') return { kind: 'base', suite: token.name, at };
  if (token === undefined) return { kind: 'external', reference, at };
  return { kind: 'image', key: imageKey({ image: token.name, suite: id.suite }), image: token.name, at };
}

/** Blank lines come and go with tags; they are no part of what is built. */
function tidy(text: string): string {
  return `${text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
