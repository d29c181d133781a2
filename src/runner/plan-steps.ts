import type { StepRef } from '../lib/events.ts';
import type { Step } from '../pipeline/model.ts';
import type { Attempt } from './attempt.ts';
import { evaluateEnv, type Scope } from './evaluate.ts';
import type { StepForecast } from './plan-model.ts';
import type { StepHolder } from './state.ts';
import { actionContext, prepareAction } from './step-action.ts';
import { compositeInputs } from './step-composite.ts';
import { eventError } from './step-error.ts';
import { defaultName, stepName } from './step-name.ts';
import { stepScope } from './step-scope.ts';
import { knownAfter, unknownValue } from './unknown.ts';

/** What the steps of a holder would do, in order. Asks actions for their plans and has no effect. */
export async function planSteps(
  holder: StepHolder,
  steps: readonly Step[],
): Promise<readonly StepForecast[]> {
  const forecasts: StepForecast[] = [];
  for (const step of steps) {
    forecasts.push(...(await planStep(holder, step)));
    if (step.hasId) forgetOutputs(holder, step);
  }
  return forecasts;
}

/** What a planned step puts out is not known, but that it succeeds is assumed. */
function forgetOutputs(holder: StepHolder, step: Step): void {
  const outputs = unknownValue(`the step ${holder.prefix}${step.id}`) as unknown as Record<string, string>;
  holder.steps[step.id] = { outputs, outcome: 'success', conclusion: 'success' };
}

async function planStep(holder: StepHolder, step: Step): Promise<readonly StepForecast[]> {
  const own = { step: `${holder.prefix}${step.id}`, name: step.name?.text ?? defaultName(step) };
  try {
    return await forecast(holder, step, own);
  } catch (error) {
    const after = knownAfter(error);
    if (after !== undefined) return [{ ...own, forecast: { kind: 'known-after', after } }];
    return [{ ...own, forecast: { kind: 'error', error: eventError(error) } }];
  }
}

type Named = { readonly step: string; readonly name: string };

async function forecast(holder: StepHolder, step: Step, plain: Named): Promise<readonly StepForecast[]> {
  const { evaluate } = holder.job.run.ports;
  const before = stepScope(holder);
  if (!evaluate.condition(step.if, before)) {
    const because = step.if ? `if: ${step.if.text.trim()} is false` : 'an earlier step fails';
    return [{ ...plain, forecast: { kind: 'skipped', because } }];
  }
  const own = { ...plain, name: stepName(step, evaluate, before) };
  const env = evaluateEnv(evaluate, step.env, before);
  const scope: Scope = { ...before, contexts: { ...before.contexts, env: { ...holder.env, ...env } } };
  const ref: StepRef = { ...holder.job.ref, step: own.step };
  const attempt: Attempt = { holder, step, ref, env, scope, signal: holder.job.halt.soft };
  const { body } = step;
  if (body.kind === 'run') {
    return [{ ...own, forecast: { kind: 'unknown', mayChange: body.changes !== undefined } }];
  }
  if (body.kind === 'action') return [{ ...own, forecast: await forecastAction(attempt, body) }];
  const inner: StepHolder = {
    ...holder,
    contexts: { ...holder.contexts, inputs: compositeInputs(attempt, body) },
    steps: {},
    env: { ...holder.env, ...env },
    prefix: `${holder.prefix}${step.id}/`,
    depth: holder.depth + 1,
  };
  return planSteps(inner, body.action.steps);
}

async function forecastAction(
  attempt: Attempt,
  body: Step['body'] & { kind: 'action' },
): Promise<StepForecast['forecast']> {
  const { action, inputs } = prepareAction(attempt, body);
  const plan = await action.plan(
    actionContext(attempt, () => undefined),
    inputs,
  );
  if (plan.changes.length > 0) {
    return {
      kind: 'changes',
      changes: plan.changes,
      ...(plan.deferred !== undefined && { deferred: plan.deferred }),
    };
  }
  if (plan.deferred !== undefined) return { kind: 'known-after', after: plan.deferred };
  return { kind: 'none', because: plan.because };
}
