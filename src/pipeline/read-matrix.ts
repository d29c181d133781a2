import { type ContextShape, openShape } from '../expressions/index.ts';
import { type Problem, problem } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { type YamlEntry, type YamlNode, yamlEntry } from '../lib/yaml.ts';
import { named } from './availability.ts';
import { holdsExpression, wrongKind } from './source.ts';

/** What can be said of a matrix before anything is evaluated: axes are lists, `exclude` names axes that exist. */
export function checkMatrix(node: YamlNode, where: string): readonly Problem[] {
  if (node.kind === 'scalar' && holdsExpression(node)) return [];
  if (node.kind !== 'map') return [wrongKind(node, where, 'a map of axes, or one expression')];
  if (node.entries.length === 0) return [wrongKind(node, where, 'a map with at least one axis')];
  const axes = axesOf(node.entries).map((entry) => entry.key);
  return node.entries.flatMap((entry) => {
    const place = `${where}.${entry.key}`;
    if (holdsExpression(entry.value)) return [];
    if (entry.value.kind !== 'list') return [wrongKind(entry.value, place, 'a list, or one expression')];
    if (entry.value.items.length === 0 && !isRowList(entry))
      return [wrongKind(entry.value, place, 'a list with values')];
    if (!isRowList(entry)) return [];
    return entry.value.items.flatMap((item) => checkRow(item, entry, { place, axes }));
  });
}

/** The names that `matrix` has; open where the matrix is computed. */
export function matrixShape(node: YamlNode | undefined): ContextShape {
  if (node === undefined) return named([], 'axis', 'the stage has no "strategy.matrix"');
  if (node.kind !== 'map') return openShape;
  const rows = node.entries.filter(isRowList);
  if (rows.some((row) => row.key === 'include' && row.value.kind !== 'list')) return openShape;
  const included = rows.flatMap((row) => (row.key === 'include' ? rowNames(row.value) : []));
  return named([...axesOf(node.entries).map((entry) => entry.key), ...included], 'axis');
}

function axesOf(entries: readonly YamlEntry[]): readonly YamlEntry[] {
  return entries.filter((entry) => !isRowList(entry));
}

function isRowList(entry: YamlEntry): boolean {
  return entry.key === 'include' || entry.key === 'exclude';
}

function rowNames(list: YamlNode): readonly string[] {
  if (list.kind !== 'list') return [];
  return list.items.flatMap((item) => (item.kind === 'map' ? item.entries.map((entry) => entry.key) : []));
}

function checkRow(
  item: YamlNode,
  { key }: YamlEntry,
  { place, axes }: { readonly place: string; readonly axes: readonly string[] },
): readonly Problem[] {
  if (holdsExpression(item)) return [];
  if (item.kind !== 'map') return [wrongKind(item, place, 'a list of maps')];
  if (key === 'include') return [];
  return item.entries
    .filter((entry) => !axes.includes(entry.key) || yamlEntry(item, entry.key) === undefined)
    .map((entry) =>
      problem('E_PIPELINE_MATRIX', `exclude names "${entry.key}", which is no axis of the matrix`, {
        at: entry.keyAt,
        hint: didYouMean(entry.key, axes),
      }),
    );
}
