import type { z } from 'zod';
import { type CompiledTemplate, evaluateTemplate, type Scope } from '../expressions/index.ts';
import { UserError } from '../lib/errors.ts';
import { yamlAt } from '../lib/yaml.ts';
import type { Service } from './model.ts';

/**
 * Evaluates a part of a service definition (`['containers', 'keystone']`) and reads it as its schema says.
 * Throws E_EXPRESSION_* and, where a value does not fit, E_SERVICE_VALUE, with the place.
 */
export function evaluatePart<T>(
  service: Service,
  path: readonly (string | number)[],
  how: { readonly scope: Scope; readonly schema: z.ZodType<T> },
): T {
  const part = partOf(service.compiled, path);
  const data = part === undefined ? undefined : evaluateTemplate(part, how.scope);
  const result = how.schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = [...path, ...((issue?.path ?? []) as (string | number)[])];
  throw new UserError(
    'E_SERVICE_VALUE',
    `"${where.join('.')}" of service "${service.name}": ${issue?.message ?? 'wrong'}`,
    {
      at: placeOf(service, where),
      hint: 'look at the values of the variables that it uses: slipway inventory show HOST --explain VAR',
    },
  );
}

/** A number that an expression gave. Throws E_SERVICE_VALUE for anything else. */
export function numberOf(
  value: number | string,
  service: Service,
  path: readonly (string | number)[],
): number {
  const number = typeof value === 'number' ? value : Number(value);
  if (Number.isFinite(number) && String(value).trim() !== '') return number;
  throw new UserError(
    'E_SERVICE_VALUE',
    `"${path.join('.')}" of service "${service.name}" must be a number, not "${value}"`,
    {
      at: placeOf(service, path),
    },
  );
}

/** True or false that an expression gave; text `true` and `false` count. */
export function booleanOf(value: boolean | string): boolean {
  return value === true || value === 'true';
}

function placeOf(service: Service, path: readonly (string | number)[]) {
  for (let length = path.length; length > 0; length--) {
    const node = yamlAt(service.node, path.slice(0, length));
    if (node) return node.at;
  }
  return service.node.at;
}

function partOf(
  compiled: CompiledTemplate,
  path: readonly (string | number)[],
): CompiledTemplate | undefined {
  let here: CompiledTemplate | undefined = compiled;
  for (const part of path) {
    if (here?.kind === 'map') {
      here = here.entries.find(
        (entry) => entry.key.kind === 'literal' && entry.key.text === String(part),
      )?.value;
    } else if (here?.kind === 'list') here = here.items[Number(part)];
    else return undefined;
  }
  return here;
}
