import type { ErrorCode } from './error-codes.ts';
import { renderPosition, type SourcePosition } from './position.ts';

/** How much a problem matters: an error stops the command (exit 2), a warning and a note do not. */
export type Severity = 'error' | 'warning' | 'note';

/** One finding of a reader or validator. They collect problems; only `cli/` decides to stop. */
export type Problem = {
  readonly code: ErrorCode;
  readonly severity: Severity;
  readonly message: string;
  readonly at?: SourcePosition;
  readonly hint?: string;
};

/** Where a failure happened, what to do next and what caused it. */
export type UserErrorDetails = {
  readonly at?: SourcePosition | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
};

/** A failure that a user can cause or meet: it has a code, a place where there is one, and a next step. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly at: SourcePosition | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: UserErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'UserError';
    this.code = code;
    this.at = details.at;
    this.hint = details.hint;
  }
}

/** Several problems that together stop a command; `problems` holds at least one error. */
export class ProblemsError extends UserError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const first = problems.find((problem) => problem.severity === 'error') ?? problems[0];
    if (first === undefined) throw new Error('ProblemsError needs at least one problem');
    super(first.code, first.message, { at: first.at, hint: first.hint });
    this.name = 'ProblemsError';
    this.problems = problems;
  }
}

/** Makes an error-level problem. */
export function problem(
  code: ErrorCode,
  message: string,
  details: { at?: SourcePosition | undefined; hint?: string | undefined } = {},
): Problem {
  return {
    code,
    severity: 'error',
    message,
    ...(details.at && { at: details.at }),
    ...(details.hint !== undefined && { hint: details.hint }),
  };
}

/** True if any of the problems is an error. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((one) => one.severity === 'error');
}

/** Throws a `ProblemsError` if any of the problems is an error. */
export function throwOnErrors(problems: readonly Problem[]): void {
  if (hasErrors(problems)) throw new ProblemsError(problems);
}

/** The problem that a UserError states. */
export function problemOf(error: UserError): Problem {
  return problem(error.code, error.message, { at: error.at, hint: error.hint });
}

/**
 * Renders a problem as `file:line:col: error E_CODE: message`, then the line with a caret where its text is
 * at hand, then the hint. `readText` gives the text of a file, or undefined.
 */
export function renderProblem(one: Problem, readText: (file: string) => string | undefined): string {
  const place = one.at ? `${renderPosition(one.at)}: ` : '';
  const lines = [`${place}${one.severity} ${one.code}: ${one.message}`];
  if (one.at) lines.push(...renderFrame(one.at, readText(one.at.file)));
  if (one.hint !== undefined) lines.push(`  hint: ${one.hint}`);
  return lines.join('\n');
}

function renderFrame(at: SourcePosition, text: string | undefined): string[] {
  const line = text?.split('\n')[at.line - 1]?.replace(/\r$/, '');
  if (line === undefined) return [];
  const number = String(at.line).padStart(5);
  const lead = line.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
  const room = Math.max(1, line.length - at.column + 1);
  const caret = '^'.repeat(Math.max(1, Math.min(at.length ?? 1, room)));
  return [`${number} | ${line}`, `      | ${lead}${caret}`];
}
