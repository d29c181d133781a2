import { UserError } from '../lib/errors.ts';
import type { StepBody } from '../pipeline/model.ts';
import type { Attempt } from './attempt.ts';
import type { BodyEnd, StepHolder } from './state.ts';
import { stepScope } from './step-scope.ts';

/** How deep composite actions may use each other (GitHub's limit). */
export const compositeDepth = 10;

/** Performs the steps of a composite action with `inputs` and `steps` of its own. */
export async function performComposite(
  attempt: Attempt,
  body: StepBody & { kind: 'composite' },
): Promise<BodyEnd> {
  const { holder, step, scope, signal } = attempt;
  const { action } = body;
  if (holder.depth >= compositeDepth) {
    throw new UserError('E_COMPOSITE_DEPTH', `composite actions are nested deeper than ${compositeDepth}`, {
      at: step.at,
    });
  }
  const job = { ...holder.job, halt: { soft: signal, hard: holder.job.halt.hard } };
  const inner: StepHolder = {
    job,
    contexts: { ...holder.contexts, inputs: compositeInputs(attempt, body) },
    steps: {},
    env: { ...holder.env, ...attempt.env },
    prefix: `${holder.prefix}${step.id}/`,
    depth: holder.depth + 1,
    actionDirectory: action.directory,
    status: 'success',
  };
  const changedBefore = job.run.changed;
  for (const one of action.steps) await job.run.parts.performStep(inner, one);
  const { evaluate } = job.run.ports;
  const outputs: Record<string, string> = {};
  for (const [name, template] of Object.entries(action.outputs)) {
    outputs[name] = evaluate.text(template, stepScope(inner));
  }
  const outcome = inner.status === 'skipped' ? 'success' : inner.status;
  return {
    outcome: signal.aborted && outcome === 'success' ? 'cancelled' : outcome,
    outputs,
    changed: job.run.changed > changedBefore,
    ...(job.unreachable && { unreachable: true }),
    ...(outcome === 'failure' && { error: { message: `a step of ${action.name} failed` } }),
    ...(scope.status === 'cancelled' && outcome === 'cancelled' && { reason: 'the run was cancelled' }),
  };
}

/** What `inputs` holds in a composite action: what it is given over its defaults. */
export function compositeInputs(
  { holder, scope }: Attempt,
  { action, with: given }: StepBody & { kind: 'composite' },
): Record<string, unknown> {
  const { evaluate } = holder.job.run.ports;
  const inputs: Record<string, unknown> = {};
  for (const declared of action.inputs) inputs[declared.name] = declared.default ?? '';
  for (const [name, template] of Object.entries(given)) inputs[name] = evaluate.value(template, scope);
  return inputs;
}
