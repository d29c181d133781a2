import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import { functionsOf, languageFunctions, tooLong } from './functions.ts';
import {
  type ContextAccess,
  data,
  Evaluator,
  type Expr,
  FunctionCall,
  falsy,
  Grouping,
  Literal,
  Star,
} from './library.ts';
import {
  type CompiledCondition,
  type CompiledEntry,
  type CompiledTemplate,
  type ConditionResult,
  expressionLimits,
  type PlacedExpression,
  type Scope,
  type TraceEntry,
} from './model.ts';
import { treeOf } from './parse.ts';
import { renderTree } from './render.ts';
import { plainOf, textOf, tooLarge, type Value, ValueMaker } from './values.ts';

/**
 * The value of a template as plain data: an expression that is the whole value keeps its type, maps and lists are
 * evaluated leaf by leaf. A number written with a trailing zero (`1.10`) stays text, so that no digit is lost.
 * Throws UserError E_EXPRESSION_* with the place.
 */
export function evaluateTemplate(template: CompiledTemplate, scope: Scope): unknown {
  return new Evaluation(scope).plain(template);
}

/** The text of a template: `${{ }}` replaced, a literal as it was written. Throws UserError with the place. */
export function evaluateText(template: CompiledTemplate, scope: Scope): string {
  return new Evaluation(scope).text(template);
}

/**
 * True or false as GitHub's `if` is: `success() &&` in front where no status function is called.
 * With `trace` the parts of the expression and their values come along. Throws UserError with the place.
 */
export function evaluateCondition(
  condition: CompiledCondition,
  scope: Scope,
  options: { readonly trace?: boolean } = {},
): ConditionResult {
  const trace: TraceEntry[] = [];
  const status = scope.status ?? 'success';
  if (condition.alone && status !== 'success') {
    return { value: false, trace: options.trace ? [{ text: 'success()', value: 'false', depth: 0 }] : [] };
  }
  const evaluation = new Evaluation(scope, options.trace ? trace : undefined);
  const { template } = condition;
  if (template.kind === 'expression') {
    return { value: !falsy(evaluation.expression(template.expression)), trace };
  }
  if (template.kind === 'literal') {
    const isEmpty = template.value === null || template.value === '';
    return { value: isEmpty || !falsy(new ValueMaker().value(template.value)), trace };
  }
  return { value: evaluation.text(template) !== '', trace };
}

class Evaluation {
  private readonly tools: Tools;

  constructor(scope: Scope, trace?: TraceEntry[]) {
    const maker = new ValueMaker();
    const contexts = maker.value(scope.contexts) as data.Dictionary;
    this.tools = { contexts, functions: functionsOf(scope, maker), trace };
  }

  plain(template: CompiledTemplate): unknown {
    switch (template.kind) {
      case 'literal':
        return keepsText(template) ? template.text : template.value;
      case 'expression':
        return placed(template.expression, () => plainOf(this.expression(template.expression)));
      case 'text':
        return this.text(template);
      case 'list':
        return template.items.map((item) => this.plain(item));
      case 'map':
        return Object.fromEntries(template.entries.flatMap((entry) => this.entry(entry)));
      default:
        return template satisfies never;
    }
  }

  text(template: CompiledTemplate): string {
    switch (template.kind) {
      case 'literal':
        return template.text;
      case 'expression':
        return textOf(this.expression(template.expression));
      case 'text':
        return this.joined(template.parts);
      case 'list':
      case 'map':
        return JSON.stringify(this.plain(template));
      default:
        return template satisfies never;
    }
  }

  expression(expression: PlacedExpression): Value {
    return placed(expression, () => {
      return new BoundedEvaluator(treeOf(expression.parsed), this.tools).evaluate();
    });
  }

  private entry(entry: CompiledEntry): [string, unknown][] {
    const value = this.plain(entry.value);
    if (!entry.insert) return [[this.text(entry.key), value]];
    return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  }

  private joined(parts: readonly (string | PlacedExpression)[]): string {
    let length = 0;
    return parts
      .map((part) => {
        const text = typeof part === 'string' ? part : textOf(this.expression(part));
        length += text.length;
        if (length > expressionLimits.resultLength) throw tooLong();
        return text;
      })
      .join('');
  }
}

function keepsText({ value, text }: CompiledTemplate & { kind: 'literal' }): boolean {
  return typeof value === 'number' && /^[-+]?\d+\.\d*0$/.test(text);
}

type Tools = {
  readonly contexts: data.Dictionary;
  readonly functions: ReturnType<typeof functionsOf>;
  readonly trace: TraceEntry[] | undefined;
};

/** The library's evaluator with absent contexts, bounds and a trace. */
class BoundedEvaluator extends Evaluator {
  private readonly tools: Tools;
  private length = 0;
  private depth = 0;

  constructor(root: Expr, tools: Tools) {
    super(root, tools.contexts, tools.functions);
    this.tools = tools;
  }

  override visitContextAccess(access: ContextAccess): Value {
    return this.tools.contexts.get(access.name.lexeme) ?? new data.Null();
  }

  override visitFunctionCall(call: FunctionCall): Value {
    const name = call.functionName.lexeme;
    if (!this.tools.functions.has(name.toLowerCase()) && !isLanguageFunction(name)) {
      throw new UserError('E_EXPRESSION_FUNCTION', `there is no function "${name}" here`, {
        hint: didYouMean(name, [...languageFunctions, ...this.tools.functions.keys()]),
      });
    }
    return super.visitFunctionCall(call);
  }

  protected override eval(node: Expr): Value {
    this.depth += 1;
    const value = super.eval(node);
    this.depth -= 1;
    if (node instanceof FunctionCall && value instanceof data.StringData) {
      this.length += value.value.length;
      if (this.length > expressionLimits.resultLength) throw tooLong();
    }
    const { trace } = this.tools;
    if (
      trace &&
      value.primitive &&
      !(node instanceof Literal) &&
      !(node instanceof Grouping) &&
      !(node instanceof Star)
    ) {
      trace.push({ text: renderTree(node), value: shownValue(value), depth: this.depth });
    }
    return value;
  }
}

function isLanguageFunction(name: string): boolean {
  return languageFunctions.some((one) => one.toLowerCase() === name.toLowerCase());
}

function shownValue(value: Value): string {
  const text = JSON.stringify(plainOf(value)) ?? 'null';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Runs `body`; what fails in it fails at the place of the expression. */
function placed<T>(expression: PlacedExpression, body: () => T): T {
  const at: SourcePosition = expression.place({ offset: 0, length: expression.parsed.text.length });
  try {
    return body();
  } catch (error) {
    throw atPlace(error, at);
  }
}

function atPlace(error: unknown, at: SourcePosition): unknown {
  if (error instanceof UserError) {
    return error.at
      ? error
      : new UserError(error.code, error.message, { at, hint: error.hint, cause: error });
  }
  if (error instanceof RangeError) {
    return atPlace(tooLarge('too large to be made'), at);
  }
  if (!(error instanceof Error)) return error;
  // The library wraps what fails inside of [ ]; the cause says more.
  if (error.cause instanceof Error && error.message.startsWith('could not evaluate'))
    return atPlace(error.cause, at);
  const known = /^(The following format string|case predicate|Error parsing JSON|empty input)/.test(
    error.message,
  );
  return known ? new UserError('E_EXPRESSION_VALUE', error.message, { at, cause: error }) : error;
}
