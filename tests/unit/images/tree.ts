import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory of files for a test, by path. */
export type TemporaryTree = {
  readonly root: string;
  readonly write: (path: string, text: string, mode?: number) => void;
  readonly remove: () => void;
};

export function temporaryTree(files: Record<string, string> = {}): TemporaryTree {
  const root = mkdtempSync(join(tmpdir(), 'slipway-images-'));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { root, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A template that is built on another image, or on the base image. */
export function template(parent: string | undefined, rest = ''): string {
  const from = parent === undefined ? '{{ base_image }}' : `{{ image('${parent}') }}`;
  return `{# suites: trixie bookworm #}\nFROM ${from}\n${rest}`;
}
