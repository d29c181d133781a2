import { type Problem, problem } from '../lib/errors.ts';
import { nearest } from '../lib/suggest.ts';
import type { YamlNode, YamlScalar } from '../lib/yaml.ts';
import type { KeyRow } from './keys/index.ts';
import { holdsExpression, wrongKind } from './source.ts';

/** Whether a value is of the kind that the table says, at its place. Expressions are judged when they are evaluated. */
export function checkValue(node: YamlNode, row: KeyRow, where: string): readonly Problem[] {
  const { type } = row;
  if (typeof type === 'object') return checkHolder(node, row, where);
  switch (type) {
    case 'any':
      return [];
    case 'value':
      return node.kind === 'scalar' && node.value === null ? [wrongKind(node, where, 'given a value')] : [];
    case 'text':
      return checkText(node, row, where);
    case 'template':
      return node.kind !== 'scalar' || node.value === null
        ? [wrongKind(node, where, 'text')]
        : checkChoice(node, row, where);
    case 'condition':
      return node.kind === 'scalar' ? [] : [wrongKind(node, where, 'an expression')];
    case 'number':
    case 'number-template':
      return checkNumber(node, row, where);
    case 'flag':
    case 'flag-template':
      return checkFlag(node, row, where);
    case 'names':
      return checkNames(node, where);
    case 'list':
      return node.kind === 'map' ? [wrongKind(node, where, 'text or a list')] : [];
    case 'texts':
      return checkTexts(node, row, where);
    default:
      return type satisfies never;
  }
}

function checkHolder(node: YamlNode, { type }: KeyRow, where: string): readonly Problem[] {
  const isEmpty = node.kind === 'scalar' && node.value === null;
  if (typeof type === 'object' && 'listOf' in type) {
    return node.kind === 'list' ? [] : [wrongKind(node, where, 'a list')];
  }
  if (node.kind === 'map' || isEmpty) return [];
  return [wrongKind(node, where, 'a map')];
}

function checkText(node: YamlNode, row: KeyRow, where: string): readonly Problem[] {
  if (node.kind !== 'scalar' || node.value === null) return [wrongKind(node, where, 'text')];
  if (holdsExpression(node)) {
    const hint = 'it must be known before anything runs: write the text itself';
    return [problem('E_PIPELINE_EXPRESSION', `"${where}" can not be an expression`, { at: node.at, hint })];
  }
  return checkChoice(node, row, where);
}

function checkChoice(node: YamlScalar, { values }: KeyRow, where: string): readonly Problem[] {
  if (!values || holdsExpression(node) || values.includes(node.text)) return [];
  const message = `"${where}" must be one of ${values.join(', ')}, not "${node.text}"`;
  return [problem('E_SCHEMA_VALUE', message, { at: node.at, hint: nearHint(node.text, values) })];
}

function checkNumber(node: YamlNode, row: KeyRow, where: string): readonly Problem[] {
  if (row.type === 'number-template' && holdsExpression(node)) return [];
  const value = node.kind === 'scalar' ? node.value : undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return [wrongKind(node, where, 'a number')];
  const least = row.least ?? 0;
  if (number >= least && Number.isFinite(number)) return [];
  return [problem('E_SCHEMA_VALUE', `"${where}" must be at least ${least}, not ${number}`, { at: node.at })];
}

function checkFlag(node: YamlNode, row: KeyRow, where: string): readonly Problem[] {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return [];
  if (row.type === 'flag-template' && holdsExpression(node)) return [];
  return [wrongKind(node, where, 'true or false')];
}

function checkNames(node: YamlNode, where: string): readonly Problem[] {
  if (node.kind === 'map') return [wrongKind(node, where, 'a name or a list of names')];
  const items = node.kind === 'list' ? node.items : [node];
  return items
    .filter((item) => item.kind !== 'scalar' || item.value === null || holdsExpression(item))
    .map((item) => wrongKind(item, where, 'a name or a list of names'));
}

function checkTexts(node: YamlNode, row: KeyRow, where: string): readonly Problem[] {
  if (node.kind === 'scalar' && node.value === null) return [];
  if (row.key === 'secrets' && node.kind === 'scalar' && node.text === 'inherit') return [];
  if (node.kind !== 'map') return [wrongKind(node, where, 'a map')];
  return node.entries
    .filter((entry) => entry.value.kind !== 'scalar')
    .map((entry) => wrongKind(entry.value, `${where}.${entry.key}`, 'text'));
}

/** The message names all values, so that only a near one is worth a hint. */
function nearHint(text: string, values: readonly string[]): string | undefined {
  const near = nearest(text, values);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}
