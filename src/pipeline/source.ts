import {
  type Compiled,
  type CompiledCondition,
  type CompiledTemplate,
  compileCondition,
  compileTemplate,
} from '../expressions/index.ts';
import { type Problem, problem } from '../lib/errors.ts';
import type { YamlNode } from '../lib/yaml.ts';
import type { ContextSet, FileKind, KeyRow } from './keys/index.ts';
import type { Template } from './model.ts';

/** Where an expression stands, so that the names in it can be checked once the whole file is known. */
export type ExpressionPlace = {
  readonly compiled: CompiledTemplate | CompiledCondition;
  readonly contexts: ContextSet;
  /** The path of keys, for messages: `stages.deploy.if`. */
  readonly where: string;
  readonly stage?: string;
  /** How many steps come before; in `until` and `changes` the step itself is among them. */
  readonly stepsBefore?: number;
};

/** A file being read: what is found is collected here, nothing is thrown. */
export type Reading = {
  readonly file: string;
  readonly kind: FileKind;
  readonly problems: Problem[];
  readonly expressions: ExpressionPlace[];
  /** Stages whose outputs are not known because what they use could not be read. */
  readonly unreadable: Set<string>;
};

/** The part of a reading that a map of keys stands in. */
export type Spot = {
  readonly reading: Reading;
  readonly where: string;
  readonly stage?: string;
  readonly stepsBefore?: number;
};

/** A template of a value: compiled for its problems, and remembered for the check of its names. */
export function templateOf(node: YamlNode, row: KeyRow, spot: Spot): Template {
  return remember(node, compileTemplate(node), row, spot);
}

/** A condition, as `templateOf`. */
export function conditionOf(node: YamlNode, row: KeyRow, spot: Spot): Template {
  return remember(node, compileCondition(node), row, spot);
}

function remember(
  node: YamlNode,
  { compiled, problems }: Compiled<CompiledTemplate | CompiledCondition>,
  row: KeyRow,
  spot: Spot,
): Template {
  spot.reading.problems.push(...problems);
  spot.reading.expressions.push({
    compiled,
    contexts: row.contexts ?? 'none',
    where: spot.where,
    ...(spot.stage !== undefined && { stage: spot.stage }),
    ...(spot.stepsBefore !== undefined && { stepsBefore: spot.stepsBefore }),
  });
  return { text: writtenText(node), at: node.at, node };
}

/** What the user wrote, for messages. */
function writtenText(node: YamlNode): string {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(writtenText).join(',');
  return node.entries.map((entry) => `${entry.key}: ${writtenText(entry.value)}`).join(', ');
}

/** Tells of a value of the wrong kind. */
export function wrongKind(node: YamlNode, where: string, wanted: string): Problem {
  const name = where === '' ? 'the file' : `"${where}"`;
  return problem('E_SCHEMA_TYPE', `${name} must be ${wanted}, not ${foundKind(node)}`, { at: node.at });
}

function foundKind(node: YamlNode): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return node.entries.length === 0 ? 'an empty map' : 'a map';
  return node.text === '' ? 'empty' : `"${node.text.slice(0, 40)}"`;
}

/** True where a scalar is one `${{ }}` or text with some. */
export function holdsExpression(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.text.includes('${{');
}
