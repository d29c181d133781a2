import type { StepRef } from '../lib/events.ts';
import type { Step } from '../pipeline/model.ts';
import type { Scope } from './evaluate.ts';
import type { BodyEnd, StepHolder } from './state.ts';
import { performAction } from './step-action.ts';
import { performComposite } from './step-composite.ts';
import { performScript } from './step-run.ts';

/** One attempt at a step: `env` is the step's own, `scope` what its expressions see. */
export type Attempt = {
  readonly holder: StepHolder;
  readonly step: Step;
  readonly ref: StepRef;
  readonly env: Readonly<Record<string, string>>;
  readonly scope: Scope;
  readonly signal: AbortSignal;
};

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

/** The host that performs a step: the one it is delegated to, else the job's. */
export function stepHost({ holder, step, scope }: Attempt): string | undefined {
  const { job } = holder;
  if (!step.delegate) return job.ref.host;
  const host = job.run.ports.evaluate.text(step.delegate, scope).trim();
  return host === '' || host === 'control' ? undefined : host;
}
