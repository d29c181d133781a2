import { type Problem, problem } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { languageFunctions } from './functions.ts';
import type {
  Availability,
  Call,
  CompiledCondition,
  CompiledTemplate,
  ContextShape,
  PlacedExpression,
  Reference,
} from './model.ts';

/** Every context of the language, ours and GitHub's, to tell "not here" from "no such thing". */
export const contextNames: readonly string[] = [
  'inputs',
  'env',
  'vars',
  'secrets',
  'needs',
  'stages',
  'jobs',
  'steps',
  'matrix',
  'strategy',
  'stage',
  'host',
  'hosts',
  'groups',
  'site',
  'service',
  'services',
  'globals',
  'run',
  'runner',
  'github',
  'job',
];

/** Every function beside the language's own. */
export const ourFunctions: readonly string[] = [
  'success',
  'failure',
  'always',
  'cancelled',
  'hashFiles',
  'members',
  'addresses',
  'url',
];

/**
 * Names that the place does not have: E_EXPRESSION_CONTEXT (unknown, or not available here), E_EXPRESSION_FUNCTION,
 * E_EXPRESSION_PROPERTY (a name inside of a context whose names are known). Each with its place and "did you mean".
 */
export function checkReferences(
  compiled: CompiledTemplate | CompiledCondition,
  available: Availability,
): readonly Problem[] {
  return expressionsOf(compiled).flatMap((expression) => [
    ...expression.parsed.references.flatMap((one) => checkReference(one, expression, available)),
    ...expression.parsed.calls.flatMap((one) => checkCall(one, expression, available)),
  ]);
}

/** The context paths that a template reads, each once: `inputs.services` as `['inputs', 'services']`. */
export function dependenciesOf(
  compiled: CompiledTemplate | CompiledCondition,
): readonly (readonly (string | undefined)[])[] {
  const paths = new Map<string, readonly (string | undefined)[]>();
  for (const { parsed } of expressionsOf(compiled)) {
    for (const { path } of parsed.references) paths.set(JSON.stringify(path), path);
  }
  return [...paths.values()];
}

/** True where a template holds no expression, so that its value never changes. */
export function isConstant(compiled: CompiledTemplate | CompiledCondition): boolean {
  return expressionsOf(compiled).length === 0;
}

/** Every expression of a template, in the order of the text. */
export function expressionsOf(compiled: CompiledTemplate | CompiledCondition): readonly PlacedExpression[] {
  if ('template' in compiled) return expressionsOf(compiled.template);
  switch (compiled.kind) {
    case 'literal':
      return [];
    case 'expression':
      return [compiled.expression];
    case 'text':
      return compiled.parts.filter((part) => typeof part !== 'string');
    case 'list':
      return compiled.items.flatMap(expressionsOf);
    case 'map':
      return compiled.entries.flatMap((entry) => [
        ...expressionsOf(entry.key),
        ...expressionsOf(entry.value),
      ]);
    default:
      return compiled satisfies never;
  }
}

function checkReference(
  reference: Reference,
  { place }: PlacedExpression,
  available: Availability,
): Problem[] {
  const [context = ''] = reference.path;
  const at = place(reference.parts[0] ?? { offset: 0, length: 1 });
  let shape = find(available.contexts, context);
  if (!shape) {
    const here = Object.keys(available.contexts);
    const exists = contextNames.includes(context.toLowerCase());
    const where = available.where ? ` in ${available.where}` : ' here';
    const message = exists
      ? `the context "${context}" is not available${where}`
      : `there is no context "${context}"`;
    const hint = exists ? `available: ${here.join(', ') || 'none'}` : didYouMean(context, here);
    return [problem('E_EXPRESSION_CONTEXT', message, { at, hint })];
  }
  for (let depth = 1; depth < reference.path.length; depth++) {
    const name = reference.path[depth];
    if (shape.keys === undefined || name === undefined || name === '*') return [];
    const next: ContextShape | undefined = find(shape.keys, name);
    if (!next) return shape.open ? [] : [unknownName(reference, depth, shape, place)];
    shape = next;
  }
  return [];
}

function unknownName(
  reference: Reference,
  depth: number,
  shape: ContextShape,
  place: PlacedExpression['place'],
): Problem {
  const name = reference.path[depth] ?? '';
  const known = Object.keys(shape.keys ?? {});
  const holder = reference.path.slice(0, depth).join('.');
  const message = `"${holder}" has no ${shape.noun ?? 'property'} "${name}"`;
  const at = place(reference.parts[depth] ?? { offset: 0, length: 1 });
  return problem('E_EXPRESSION_PROPERTY', message, { at, hint: shape.hint ?? didYouMean(name, known) });
}

function checkCall(call: Call, { place }: PlacedExpression, available: Availability): Problem[] {
  const all = [...languageFunctions, ...available.functions];
  if (all.some((name) => name.toLowerCase() === call.name.toLowerCase())) return [];
  const exists = ourFunctions.find((name) => name.toLowerCase() === call.name.toLowerCase());
  const where = available.where ? ` in ${available.where}` : ' here';
  const message = exists
    ? `the function ${exists}() is not available${where}`
    : `there is no function "${call.name}"`;
  const hint = exists ? `available: ${all.join(', ')}` : didYouMean(call.name, all);
  return [problem('E_EXPRESSION_FUNCTION', message, { at: place(call.span), hint })];
}

function find<T>(holder: Readonly<Record<string, T>>, name: string): T | undefined {
  if (Object.hasOwn(holder, name)) return holder[name];
  const key = Object.keys(holder).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : holder[key];
}
