import type { SourcePosition } from '../lib/position.ts';
import type { YamlNode } from '../lib/yaml.ts';

/** Limits of the language: GitHub's length and depth of an expression, and caps on what an evaluation may make. */
export const expressionLimits = {
  length: 21_000,
  parserDepth: 50,
  /** Characters of all the text that one evaluation may make. */
  resultLength: 10 * 1024 * 1024,
  resultDepth: 100,
  resultValues: 500_000,
} as const;

/** What `success()`, `failure()` and `cancelled()` go by; `skipped` is none of the three. */
export type Status = 'success' | 'failure' | 'cancelled' | 'skipped';

/** A function of ours: plain values in, a plain value out. A UserError that it throws reaches the caller as it is. */
export type ExpressionFunction = (...args: unknown[]) => unknown;

/**
 * What an expression sees. Names are case-insensitive and keep their case. A value, at any depth, may be plain data, a
 * `Map`, or a function without parameters that is called when (and only if) it is read. A context that is absent is null.
 */
export type Scope = {
  readonly contexts: Readonly<Record<string, unknown>>;
  /** `hashFiles`, `members`, `addresses`, `url`, …; names are case-insensitive. */
  readonly functions?: Readonly<Record<string, ExpressionFunction>>;
  /** Absent is `success`. */
  readonly status?: Status;
};

/**
 * A context that an expression reads: `steps.build.outputs[x].y` has the path `steps, build, outputs, undefined, y`.
 * `undefined` is known only when it is evaluated, `*` is a filter. Offsets count in the expression's text.
 */
export type Reference = {
  readonly path: readonly (string | undefined)[];
  readonly parts: readonly TextSpan[];
};

/** A function that an expression calls, by the name as written. */
export type Call = { readonly name: string; readonly span: TextSpan; readonly argumentCount: number };

export type TextSpan = { readonly offset: number; readonly length: number };

/** An expression that has been parsed; the same text gives the same object. */
export type ParsedExpression = {
  readonly text: string;
  readonly references: readonly Reference[];
  readonly calls: readonly Call[];
  /** True where `success`, `failure`, `always` or `cancelled` is called. */
  readonly hasStatusFunction: boolean;
};

/** An expression in a place: `place` turns an offset in its text into a position in the file. */
export type PlacedExpression = {
  readonly parsed: ParsedExpression;
  readonly place: (span: TextSpan) => SourcePosition;
};

/** A value that may hold `${{ }}`, ready to be evaluated. */
export type CompiledTemplate =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null; readonly text: string }
  /** The whole value is one expression: it keeps its type. */
  | { readonly kind: 'expression'; readonly expression: PlacedExpression }
  | { readonly kind: 'text'; readonly parts: readonly (string | PlacedExpression)[] }
  | { readonly kind: 'map'; readonly entries: readonly CompiledEntry[]; readonly node: YamlNode }
  | { readonly kind: 'list'; readonly items: readonly CompiledTemplate[]; readonly node: YamlNode };

/** `insert` is GitHub's `${{ insert }}` key: the entries of the value, a map, take its place. */
export type CompiledEntry = {
  readonly key: CompiledTemplate;
  readonly insert: boolean;
  readonly value: CompiledTemplate;
};

/** A condition: `alone` where no status function is called, so that `success() &&` stands in front. */
export type CompiledCondition = { readonly template: CompiledTemplate; readonly alone: boolean };

/** How one part of a condition came out: its text, its value as JSON (shortened), and how deep it stands. */
export type TraceEntry = { readonly text: string; readonly value: string; readonly depth: number };

export type ConditionResult = {
  readonly value: boolean;
  /** Parts in the order of their evaluation; empty unless asked for. */
  readonly trace: readonly TraceEntry[];
};

/**
 * What is known of a context's inside: `open` where any name may follow, else only the names in `keys`. A function
 * is asked by name for a shape that is costly to make.
 */
export type ContextShape = {
  readonly open: boolean;
  readonly keys?: Readonly<Record<string, ContextShape>>;
  /** What a name in it is called in messages: `input`, `step`. */
  readonly noun?: string;
  /** What to do about a name that is not there. */
  readonly hint?: string;
};

/** What the expressions of one key may use. */
export type Availability = {
  readonly contexts: Readonly<Record<string, ContextShape>>;
  readonly functions: readonly string[];
  /** What the key is called in messages: `stages.deploy.if`. */
  readonly where?: string;
};

/** A shape that anything may follow. */
export const openShape: ContextShape = { open: true };
