import { type Problem, problem } from '../lib/errors.ts';
import { positionInScalar, type YamlNode, type YamlScalar } from '../lib/yaml.ts';
import { ExpressionSyntaxError } from './library.ts';
import type { CompiledCondition, CompiledTemplate, PlacedExpression, TextSpan } from './model.ts';
import { parseExpression } from './parse.ts';

/** A compiled value with what is wrong in it; a wrong expression stands as an empty text. */
export type Compiled<T> = { readonly compiled: T; readonly problems: readonly Problem[] };

const nothing: CompiledTemplate = { kind: 'literal', value: '', text: '' };

/**
 * Splits `${{ }}` out of a YAML value and parses what is inside; maps and lists are compiled leaf by leaf, keys too.
 * Never throws: problems E_EXPRESSION_SYNTAX and E_EXPRESSION_LIMIT carry the place, inside block scalars as well.
 */
export function compileTemplate(node: YamlNode): Compiled<CompiledTemplate> {
  const problems: Problem[] = [];
  return { compiled: compileNode(node, problems), problems };
}

/**
 * Compiles a condition (`if`, `until`, `changes`), with or without `${{ }}` around it. Text around `${{ }}` would
 * make it always true: a problem E_EXPRESSION_CONDITION.
 */
export function compileCondition(node: YamlNode): Compiled<CompiledCondition> {
  const problems: Problem[] = [];
  const template = conditionTemplate(node, problems);
  const alone = template.kind !== 'expression' || !template.expression.parsed.hasStatusFunction;
  return { compiled: { template, alone }, problems };
}

function conditionTemplate(node: YamlNode, problems: Problem[]): CompiledTemplate {
  if (node.kind !== 'scalar') {
    problems.push(
      problem('E_EXPRESSION_CONDITION', `a condition is an expression, not a ${node.kind}`, { at: node.at }),
    );
    return nothing;
  }
  if (typeof node.value !== 'string' || node.value.trim() === '') {
    return { kind: 'literal', value: node.value === '' ? null : blankless(node.value), text: node.text };
  }
  if (!node.value.includes('${{')) {
    return placeExpression(node, { offset: 0, length: node.value.length }, problems) ?? nothing;
  }
  const template = compileNode(trimmed(node), problems);
  if (template.kind === 'text') {
    problems.push(
      problem('E_EXPRESSION_CONDITION', `text around \${{ }} makes this condition always true`, {
        at: node.at,
        hint: `put the whole condition into one \${{ }}, or leave the \${{ }} out`,
      }),
    );
  }
  return template;
}

function blankless(value: YamlScalar['value']): YamlScalar['value'] {
  return typeof value === 'string' ? null : value;
}

/** A block scalar ends with a line break that is no part of a condition. */
function trimmed(node: YamlScalar): YamlScalar {
  return typeof node.value === 'string' ? { ...node, value: node.value.trimEnd() } : node;
}

function compileNode(node: YamlNode, problems: Problem[]): CompiledTemplate {
  if (node.kind === 'scalar') return compileScalar(node, problems);
  if (node.kind === 'list') {
    return { kind: 'list', node, items: node.items.map((item) => compileNode(item, problems)) };
  }
  const entries = node.entries.map((entry) => {
    const insert = /^\s*\$\{\{\s*insert\s*\}\}\s*$/.test(entry.key);
    const key = insert ? nothing : compileScalar(keyNode(entry.key, entry.keyAt), problems);
    return { key, insert, value: compileNode(entry.value, problems) };
  });
  return { kind: 'map', node, entries };
}

function keyNode(key: string, at: YamlScalar['at']): YamlScalar {
  return { kind: 'scalar', value: key, text: key, style: 'plain', at };
}

function compileScalar(node: YamlScalar, problems: Problem[]): CompiledTemplate {
  const { value } = node;
  if (typeof value !== 'string' || !value.includes('${{')) return { kind: 'literal', value, text: node.text };
  const parts: (string | PlacedExpression)[] = [];
  let offset = 0;
  for (;;) {
    const start = value.indexOf('${{', offset);
    if (start === -1) break;
    if (start > offset) parts.push(value.slice(offset, start));
    const end = endOfExpression(value, start + 3);
    if (end === undefined) {
      problems.push(
        problem('E_EXPRESSION_SYNTAX', `this "\${{" has no "}}"`, { at: positionInScalar(node, start, 3) }),
      );
      return nothing;
    }
    const made = placeExpression(node, { offset: start + 3, length: end - start - 3 }, problems);
    if (made?.kind === 'expression') parts.push(made.expression);
    offset = end + 2;
  }
  if (offset < value.length) parts.push(value.slice(offset));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') {
    return { kind: 'expression', expression: only };
  }
  return { kind: 'text', parts };
}

/** Where `}}` begins that is not inside of a quoted text. */
function endOfExpression(value: string, start: number): number | undefined {
  let quoted = false;
  for (let index = start; index < value.length; index++) {
    if (value[index] === "'") quoted = !quoted;
    else if (!quoted && value[index] === '}' && value[index + 1] === '}') return index;
  }
  return undefined;
}

function placeExpression(
  node: YamlScalar,
  span: TextSpan,
  problems: Problem[],
): CompiledTemplate | undefined {
  const raw = String(node.value).slice(span.offset, span.offset + span.length);
  const text = raw.trim();
  const start = span.offset + (raw.length - raw.trimStart().length);
  const place = (part: TextSpan) => positionInScalar(node, start + part.offset, part.length);
  try {
    const parsed = parseExpression(text);
    return { kind: 'expression', expression: { parsed, place } };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    const code = error.reason === 'limit' ? 'E_EXPRESSION_LIMIT' : 'E_EXPRESSION_SYNTAX';
    const at =
      text === '' ? positionInScalar(node, Math.max(0, span.offset - 3), span.length + 5) : place(error.span);
    problems.push(problem(code, error.message, { at, hint: hintOf(text) }));
    return undefined;
  }
}

function hintOf(text: string): string | undefined {
  if (text.includes('"')) return 'text stands in single quotes in expressions';
  if (/(^|[^=!<>])=([^=]|$)/.test(text)) return 'equality is "=="';
  if (/\b(and|or|not)\b/.test(text)) return 'the operators are &&, || and !';
  return undefined;
}
