import { structuredPatch } from 'diff';
import type { ConfigFile } from '../lib/container-spec.ts';
import { renderPosition, type SourcePosition } from '../lib/position.ts';

/** How a configuration file differs from what a container has. `line` is the first changed one, 1-based. */
export type FileDiff = {
  readonly path: string;
  readonly line: number;
  /** Where that line comes from, in a template or an override. */
  readonly at: SourcePosition | undefined;
  /** How many places differ. */
  readonly places: number;
  /**
   * For people: the new lines, secrets masked. Of the old ones only the number is told: nobody knows which of them
   * were secrets.
   */
  readonly text: string;
};

/** Compares a file with its former content; undefined if they are the same. */
export function diffFile(file: ConfigFile, before: string): FileDiff | undefined {
  if (file.content === before) return undefined;
  const { hunks } = structuredPatch('', '', before, file.content, '', '', { context: 0 });
  const places = hunks.map((hunk) => {
    const added = hunk.lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
    return { line: hunk.newStart, removed: hunk.oldLines, added };
  });
  const line = places[0]?.line ?? 1;
  const text = places.flatMap((place) => [
    `@@ ${file.path}:${place.line}${originText(file, place.line)}`,
    ...(place.removed === 0 ? [] : [`- ${place.removed} ${place.removed === 1 ? 'line' : 'lines'}`]),
    ...place.added.map((added) => `+ ${maskLine(added, file.secrets)}`),
  ]);
  return { path: file.path, line, at: file.origin?.(line - 1), places: places.length, text: text.join('\n') };
}

/** The reason that a plan gives for a changed file. */
export function reasonOf(diff: FileDiff): string {
  const origin = diff.at === undefined ? '' : ` (from ${renderPosition(diff.at)})`;
  const more =
    diff.places > 1 ? ` and ${diff.places - 1} more ${diff.places === 2 ? 'place' : 'places'}` : '';
  return `${diff.path} changes at line ${diff.line}${origin}${more}`;
}

function originText(file: ConfigFile, line: number): string {
  const at = file.origin?.(line - 1);
  return at === undefined ? '' : ` from ${at.file}:${at.line}`;
}

/** A secret of several lines is masked line by line. Longer ones first: one may be a part of another. */
function maskLine(line: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap((secret) => secret.split('\n')).filter((part) => part.trim() !== '');
  const sorted = [...new Set(parts)].sort((a, b) => b.length - a.length);
  return sorted.reduce((text, secret) => text.replaceAll(secret, '<secret>'), line);
}
