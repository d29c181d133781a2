import { exitCodeOf } from '../lib/error-codes.ts';
import { UserError } from '../lib/errors.ts';
import type { EventError } from '../lib/events.ts';
import { renderPosition } from '../lib/position.ts';
import type { BodyEnd } from './state.ts';

/** An error as an event carries it; a defect keeps the first lines of its stack. */
export function eventError(error: unknown): EventError {
  if (error instanceof UserError) {
    const place = error.at ? `${renderPosition(error.at)}: ` : '';
    return {
      code: error.code,
      message: `${place}${error.message}`,
      ...(error.hint !== undefined && { hint: error.hint }),
    };
  }
  if (!(error instanceof Error)) return { message: String(error) };
  const stack = (error.stack ?? '').split('\n').slice(1, 5).join('\n');
  return { message: `a defect of slipway: ${error.message}${stack === '' ? '' : `\n${stack}`}` };
}

/** The end of a body that threw. */
export function failedBody(error: unknown, stopped: boolean): BodyEnd {
  return {
    outcome: stopped ? 'cancelled' : 'failure',
    outputs: {},
    changed: false,
    error: eventError(error),
    ...(isUnreachable(error) && { unreachable: true }),
  };
}

/** True for errors that say a host could not be reached (exit code 4). */
export function isUnreachable(error: unknown): boolean {
  return error instanceof UserError && exitCodeOf(error.code) === 4;
}
