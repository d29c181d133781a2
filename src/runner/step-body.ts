import type { Attempt } from './attempt.ts';
import type { BodyEnd } from './state.ts';
import { performAction } from './step-action.ts';
import { performComposite } from './step-composite.ts';
import { performScript } from './step-run.ts';

/** Performs the body of a step once. Throws what a user can cause as UserError. */
export async function performBody(attempt: Attempt): Promise<BodyEnd> {
  const { body } = attempt.step;
  switch (body.kind) {
    case 'run':
      return performScript(attempt, body);
    case 'action':
      return performAction(attempt, body);
    case 'composite':
      return performComposite(attempt, body);
    default:
      return body satisfies never;
  }
}
