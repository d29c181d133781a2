import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuildRequest, displayName, planGraph, renderedDockerfile } from '../images/index.ts';
import { UserError } from '../lib/errors.ts';

export type WrittenTemplate = { readonly image: string; readonly directory: string; readonly files: number };

/** Writes `DIR/<image>/Dockerfile` with its files, as another builder would need them. Throws E_FILE_UNWRITABLE. */
export function writeTemplates(request: BuildRequest, target: string): WrittenTemplate[] {
  const graph = planGraph(request);
  return [...graph.nodes.values()].map((node) => {
    const image = displayName(node, graph);
    const directory = join(target, image);
    try {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'Dockerfile'), renderedDockerfile(node, request));
      for (const file of node.files) {
        const path = join(directory, file.path);
        mkdirSync(dirname(path), { recursive: true });
        if (file.content.kind === 'link') symlinkSync(file.content.to, path);
        else copyFileSync(join(file.directory, file.path), path);
      }
    } catch (cause) {
      throw new UserError('E_FILE_UNWRITABLE', `cannot write the templates below ${target}`, { cause });
    }
    return { image, directory, files: node.files.length + 1 };
  });
}
