import type { Template } from '../pipeline/model.ts';

/** What `success()`, `failure()` and `cancelled()` go by. `skipped` is neither of the three. */
export type Status = 'success' | 'failure' | 'cancelled' | 'skipped';

/** The values that an expression sees. */
export type Scope = {
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly status: Status;
};

/** Evaluates what pipelines hold. Throws UserError with the place of the template. */
export type Evaluator = {
  /** The text with each `${{ }}` replaced. */
  readonly text: (template: Template, scope: Scope) => string;
  /** The value: of the one expression that the text is, or the data of a map or list with its leaves evaluated. */
  readonly value: (template: Template, scope: Scope) => unknown;
  /** True or false as `if` is: without a status function `success() &&` stands in front; absent is `success()`. */
  readonly condition: (template: Template | undefined, scope: Scope) => boolean;
};

/** Each template of a map evaluated to text; what one sets, the next may use as `env`. */
export function evaluateEnv(
  evaluator: Evaluator,
  env: Readonly<Record<string, Template>>,
  scope: Scope,
): Record<string, string> {
  const before = (scope.contexts['env'] ?? {}) as Readonly<Record<string, string>>;
  const made: Record<string, string> = {};
  for (const [name, template] of Object.entries(env)) {
    const contexts = { ...scope.contexts, env: { ...before, ...made } };
    made[name] = evaluator.text(template, { ...scope, contexts });
  }
  return made;
}

/** The minutes of a template in milliseconds; undefined where there is none. */
export function evaluateMinutes(
  evaluator: Evaluator,
  template: Template | undefined,
  scope: Scope,
): number | undefined {
  if (!template) return undefined;
  const minutes = Number(evaluator.value(template, scope));
  return Number.isFinite(minutes) && minutes > 0 ? minutes * 60_000 : undefined;
}

/** A boolean template; absent is `fallback`. The texts `true` and `false` are booleans. */
export function evaluateFlag(
  evaluator: Evaluator,
  template: Template | undefined,
  options: { readonly scope: Scope; readonly fallback: boolean },
): boolean {
  if (!template) return options.fallback;
  const value = evaluator.value(template, options.scope);
  return value === 'false' || value === '' ? false : Boolean(value);
}
