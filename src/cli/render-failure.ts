import { exitCodeOf } from '../lib/error-codes.ts';
import { ProblemsError, problemOf, renderProblem, UserError } from '../lib/errors.ts';

/** What a failed command shows and how it exits. */
export type Failure = { readonly text: string; readonly exitCode: number };

/** The exit code of a defect of ours (sysexits.h: EX_SOFTWARE). */
export const defectExitCode = 70;

/**
 * Renders what a command has thrown: a user's error with its place, frame, hint and causes; a defect with one line
 * and where its stack is to be had. `readText` gives a file's text for the frame, or undefined.
 */
export function renderFailure(
  error: unknown,
  options: { readonly debug: boolean; readonly readText: (file: string) => string | undefined },
): Failure {
  if (error instanceof ProblemsError) {
    const shown = error.problems.map((one) => renderProblem(one, options.readText));
    return { text: [...shown, counted(error)].join('\n'), exitCode: exitCodeOf(error.code) };
  }
  if (error instanceof UserError) {
    const lines = [renderProblem(problemOf(error), options.readText), ...causes(error.cause)];
    if (options.debug && error.stack) lines.push(error.stack);
    return { text: lines.join('\n'), exitCode: exitCodeOf(error.code) };
  }
  return { text: defect(error, options.debug), exitCode: defectExitCode };
}

function counted(error: ProblemsError): string {
  const errors = error.problems.filter((one) => one.severity === 'error').length;
  const others = error.problems.length - errors;
  const rest = others === 0 ? '' : `, ${others} other${others === 1 ? '' : 's'}`;
  return `${errors} error${errors === 1 ? '' : 's'}${rest}`;
}

/** The chain of causes, a line each, as deep as it says something new. */
function causes(cause: unknown): string[] {
  const lines: string[] = [];
  let here = cause;
  for (let depth = 0; here instanceof Error && depth < 4; depth++) {
    const line = `  because: ${here.message.split('\n')[0]}`;
    if (here.message !== '' && lines.at(-1) !== line) lines.push(line);
    here = here.cause;
  }
  return lines;
}

function defect(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const lines = [`slipway has a defect: ${message}`];
  if (debug && stack) lines.push(stack);
  else
    lines.push(
      '  hint: run it again with SLIPWAY_DEBUG=1 for the stack, and report it with `slipway version`',
    );
  return lines.join('\n');
}
