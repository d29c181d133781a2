import { fileKeys } from './file-keys.ts';
import type { FileKind, KeyRow, Place } from './model.ts';
import { stageKeys } from './stage-keys.ts';
import { actionKeys, stepKeys } from './step-keys.ts';

export type { ContextSet, FileKind, KeyRow, KeyType, Place } from './model.ts';

/**
 * Every key of the language, as data: it drives the validator, the JSON Schema and the table in `specs/`. Meanings of
 * GitHub's keys: docs.github.com, "Workflow syntax" and "Metadata syntax"; contexts: "Contexts", "Context availability".
 */
export const pipelineKeys: readonly KeyRow[] = [...fileKeys, ...stageKeys, ...stepKeys, ...actionKeys];

const byPlace = new Map<Place, readonly KeyRow[]>();
for (const row of pipelineKeys) byPlace.set(row.place, [...(byPlace.get(row.place) ?? []), row]);

/** The keys of a place, in the order of the table. */
export function keysOf(place: Place): readonly KeyRow[] {
  return byPlace.get(place) ?? [];
}

/** True if a key may stand in a file of this kind. */
export function mayStand(row: KeyRow, kind: FileKind): boolean {
  return row.files === undefined || row.files.includes(kind);
}
