import type { Scope } from './evaluate.ts';
import { haltStatus } from './halt.ts';
import type { StepHolder } from './state.ts';

/** What a step's expressions see now. */
export function stepScope(holder: StepHolder): Scope {
  const { job } = holder;
  const env = { ...holder.env, ...job.env };
  return {
    contexts: { ...holder.contexts, env, steps: holder.steps, job: { status: jobStatus(holder) } },
    status: jobStatus(holder),
  };
}

function jobStatus(holder: StepHolder): StepHolder['status'] {
  return haltStatus(holder.job.halt.soft) ?? holder.status;
}
