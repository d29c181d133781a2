import type { StepRef } from '../lib/events.ts';
import type { Step } from '../pipeline/model.ts';
import type { Scope } from './evaluate.ts';
import type { StepHolder } from './state.ts';

/** One attempt at a step: `env` is the step's own, `scope` what its expressions see. */
export type Attempt = {
  readonly holder: StepHolder;
  readonly step: Step;
  readonly ref: StepRef;
  readonly env: Readonly<Record<string, string>>;
  readonly scope: Scope;
  readonly signal: AbortSignal;
};

/** The host that performs a step: the one it is delegated to, else the job's. */
export function stepHost({ holder, step, scope }: Attempt): string | undefined {
  const { job } = holder;
  if (!step.delegate) return job.ref.host;
  const host = job.run.ports.evaluate.text(step.delegate, scope).trim();
  return host === '' || host === 'control' ? undefined : host;
}
