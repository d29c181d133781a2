import { posix } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import type { Context, Environment, Frame, Template } from './nunjucks.ts';
import { defined, kindOf } from './values.ts';

/** Who asks for another template, and from where. */
type Asker = {
  readonly env: Environment;
  readonly parent: string;
  readonly ignoreMissing: boolean;
  readonly at: SourcePosition;
};

/**
 * The template of a name, or of the first name of a list that exists; undefined where none does and that may be.
 * A name that begins with `./` or `../` is relative to the template that asks.
 */
export function loadTemplate(wanted: unknown, asker: Asker): Template | undefined {
  const names = Array.isArray(defined(wanted)) ? (wanted as unknown[]) : [wanted];
  let failure: UserError | undefined;
  for (const name of names) {
    if (typeof name !== 'string') throw misnamed(name, asker.at);
    const full = /^\.\.?\//.test(name) ? posix.join(posix.dirname(asker.parent), name) : name;
    try {
      const template = asker.env.getTemplate(full);
      template.compile();
      return template;
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'E_TEMPLATE_NOT_FOUND') throw error;
      failure ??= error;
    }
  }
  if (asker.ignoreMissing) return undefined;
  const message = failure?.message ?? 'no template is named';
  throw new UserError('E_TEMPLATE_NOT_FOUND', message, { at: asker.at, hint: failure?.hint });
}

/** The output of another template with this one's names. */
export function includeTemplate(
  wanted: unknown,
  scope: { context: Context; frame: Frame },
  asker: Asker,
): string {
  const template = loadTemplate(wanted, asker);
  let output = '';
  let failure: { error: unknown } | undefined;
  template?.render(scope.context.getVariables(), scope.frame, (error, text) => {
    if (error) failure ??= { error };
    else output = text ?? '';
  });
  if (failure) throw failure.error;
  return output;
}

/** A name that is imported from another template. */
export function importedName(module: Record<string, unknown>, name: string, at: SourcePosition): unknown {
  if (Object.hasOwn(module, name)) return module[name];
  const hint = `it has: ${Object.keys(module).join(', ') || 'nothing to import'}`;
  throw new UserError('E_TEMPLATE_UNDEFINED', `the template has no "${name}" to import`, { at, hint });
}

function misnamed(name: unknown, at: SourcePosition): UserError {
  return new UserError('E_TEMPLATE_RENDER', `the name of a template must be text, not ${kindOf(name)}`, {
    at,
  });
}
