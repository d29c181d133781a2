import {
  type CompiledCondition,
  type CompiledTemplate,
  compileCondition,
  compileTemplate,
  type ExpressionFunction,
  evaluateCondition,
  evaluateTemplate,
  evaluateText,
  type Status,
} from '../expressions/index.ts';
import { throwOnErrors } from '../lib/errors.ts';
import type { Template } from './model.ts';

/** What a template sees: contexts and the status that `success()` and its like go by. */
export type TemplateScope = {
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly status: Status;
};

/** Evaluates what pipelines hold. Throws UserError with the place of the template. */
export type TemplateEvaluator = {
  readonly text: (template: Template, scope: TemplateScope) => string;
  readonly value: (template: Template, scope: TemplateScope) => unknown;
  readonly condition: (template: Template | undefined, scope: TemplateScope) => boolean;
};

/**
 * The evaluator over GitHub's language. A template is compiled the first time and kept; `functions` are those beside
 * the language's own (`hashFiles`, `members`, `addresses`, `url`).
 */
export function createEvaluator(
  functions: Readonly<Record<string, ExpressionFunction>> = {},
): TemplateEvaluator {
  const templates = new WeakMap<Template, CompiledTemplate>();
  const conditions = new WeakMap<Template, CompiledCondition>();
  const compiled = (template: Template): CompiledTemplate => {
    const known = templates.get(template);
    if (known) return known;
    const made = compileTemplate(template.node);
    throwOnErrors(made.problems);
    templates.set(template, made.compiled);
    return made.compiled;
  };
  const condition = (template: Template): CompiledCondition => {
    const known = conditions.get(template);
    if (known) return known;
    const made = compileCondition(template.node);
    throwOnErrors(made.problems);
    conditions.set(template, made.compiled);
    return made.compiled;
  };
  return {
    text: (template, scope) => evaluateText(compiled(template), { ...scope, functions }),
    value: (template, scope) => evaluateTemplate(compiled(template), { ...scope, functions }),
    condition: (template, scope) => {
      if (!template) return scope.status === 'success';
      return evaluateCondition(condition(template), { ...scope, functions }).value;
    },
  };
}
