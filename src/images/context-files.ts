import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextFile, ImageTemplate } from './model.ts';
import { templateName } from './read-tree.ts';

/**
 * The files beside an image's template, sorted by path; of two roots the first one's file counts. Modes are cut down
 * to what a checkout keeps (executable or not), so that a umask changes no hash.
 */
export function readContextFiles(template: ImageTemplate, roots: readonly string[]): ContextFile[] {
  const files = new Map<string, ContextFile>();
  for (const root of roots) {
    const directory = join(root, template.path);
    if (!existsSync(directory)) continue;
    for (const path of filesBelow(directory, '')) {
      if (path !== templateName && !files.has(path)) files.set(path, readContextFile(directory, path));
    }
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function filesBelow(directory: string, below: string): string[] {
  return readdirSync(join(directory, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(directory, path) : [path];
  });
}

function readContextFile(directory: string, path: string): ContextFile {
  const full = join(directory, path);
  const facts = lstatSync(full);
  if (facts.isSymbolicLink()) {
    return { path, directory, mode: 0o777, content: { kind: 'link', to: readlinkSync(full) } };
  }
  const sha256 = createHash('sha256').update(readFileSync(full)).digest('hex');
  const mode = (facts.mode & 0o111) === 0 ? 0o644 : 0o755;
  return { path, directory, mode, content: { kind: 'file', sha256 } };
}
