import type { Conclusion, StepRef } from '../lib/events.ts';
import type { Step, StepRetry } from '../pipeline/model.ts';
import { evaluateEnv, evaluateFlag, evaluateMinutes, type Scope } from './evaluate.ts';
import { haltText, onAbort, shared } from './halt.ts';
import type { BodyEnd, StepHolder } from './state.ts';
import { performBody } from './step-body.ts';
import { eventError, failedBody } from './step-error.ts';
import { defaultName, stepName } from './step-name.ts';
import { stepScope } from './step-scope.ts';

/**
 * Performs one step and writes what came of it into its holder: `steps.<id>` and the status. Never throws: what a
 * user can cause and defects alike are the step's failure.
 */
export async function performStep(holder: StepHolder, step: Step): Promise<void> {
  const { job } = holder;
  const ref: StepRef = { ...job.ref, step: `${holder.prefix}${step.id}` };
  const started = job.run.ports.clock.now();
  const scope = stepScope(holder);
  const verdict = decide(holder, step, scope);
  if (verdict.kind === 'skip') {
    finish(holder, step, ref, {
      started,
      name: verdict.name,
      end: { outcome: 'skipped', reason: verdict.reason },
    });
    return;
  }
  if (verdict.kind === 'broken') {
    finish(holder, step, ref, { started, name: verdict.name, end: failedBody(verdict.error, false) });
    return;
  }
  const kind = step.body.kind;
  job.run.ports.emit({ type: 'step.started', name: verdict.name, kind, ...ref });
  const end = await attempt(holder, step, ref);
  if (end.unreachable) job.unreachable = true;
  finish(holder, step, ref, { started, name: verdict.name, end });
}

type Verdict =
  | { readonly kind: 'go'; readonly name: string }
  | { readonly kind: 'skip'; readonly name: string; readonly reason: string }
  | { readonly kind: 'broken'; readonly name: string; readonly error: unknown };

function decide(holder: StepHolder, step: Step, scope: Scope): Verdict {
  const { evaluate } = holder.job.run.ports;
  const plain = step.name?.text ?? defaultName(step);
  try {
    if (holder.job.halt.hard.aborted)
      return { kind: 'skip', name: plain, reason: haltText(holder.job.halt.hard) };
    const goes = evaluate.condition(step.if, scope);
    if (!goes) return { kind: 'skip', name: plain, reason: skipReason(holder, step, scope) };
    return { kind: 'go', name: stepName(step, evaluate, scope) };
  } catch (error) {
    return { kind: 'broken', name: plain, error };
  }
}

function skipReason(holder: StepHolder, step: Step, scope: Scope): string {
  if (scope.status === 'cancelled') return haltText(holder.job.halt.soft);
  if (scope.status === 'failure' && !/\b(?:failure|always|cancelled)\s*\(/.test(step.if?.text ?? '')) {
    return 'an earlier step failed';
  }
  return step.if ? `if: ${step.if.text.trim()} is false` : 'an earlier step failed';
}

async function attempt(holder: StepHolder, step: Step, ref: StepRef): Promise<BodyEnd> {
  const { clock, emit } = holder.job.run.ports;
  const retry: StepRetry = step.retry ?? { attempts: 1, delaySeconds: 0, backoff: 1 };
  const stopper = stopSignal(holder, step);
  let delayMs = retry.delaySeconds * 1000;
  try {
    for (let count = 1; ; count++) {
      const end = await once(holder, step, ref, stopper.signal);
      const settled = settle(holder, step, end);
      if (settled.done || count >= retry.attempts || stopper.signal.aborted || end.unreachable)
        return settled.end;
      const why = settled.end.error?.message ?? 'not yet';
      const text = `attempt ${count} of ${retry.attempts}: ${why}; again in ${delayMs / 1000} s`;
      emit({ type: 'step.progress', text, ...ref });
      await clock.sleep(delayMs, stopper.signal).catch(() => undefined);
      if (stopper.signal.aborted) return { ...settled.end, outcome: 'cancelled' };
      delayMs *= retry.backoff;
    }
  } finally {
    stopper.forget();
  }
}

/** Whether an attempt is the last: it succeeded, or `until` holds where there is one. */
function settle(
  holder: StepHolder,
  step: Step,
  end: BodyEnd,
): { readonly done: boolean; readonly end: BodyEnd } {
  const until = step.retry?.until;
  if (!until) return { done: end.outcome !== 'failure', end };
  if (end.outcome === 'cancelled') return { done: true, end };
  const scope = stepScope(holder);
  const here = { outputs: end.outputs, outcome: end.outcome, conclusion: end.outcome };
  const contexts = { ...scope.contexts, steps: { ...holder.steps, [step.id]: here } };
  try {
    const holds = holder.job.run.ports.evaluate.condition(until, { contexts, status: 'success' });
    if (holds) return { done: true, end: withoutError(end) };
    const message = `until: ${until.text.trim()} does not hold`;
    const error = end.error ?? { code: 'E_STEP_UNTIL', message };
    return { done: false, end: { ...end, outcome: 'failure', error } };
  } catch (error) {
    return { done: true, end: failedBody(error, false) };
  }
}

function withoutError(end: BodyEnd): BodyEnd {
  const { error: _error, ...rest } = end;
  return { ...rest, outcome: 'success' };
}

async function once(holder: StepHolder, step: Step, ref: StepRef, signal: AbortSignal): Promise<BodyEnd> {
  const { evaluate, clock } = holder.job.run.ports;
  const expired = new AbortController();
  const ended = new AbortController();
  try {
    const scope = stepScope(holder);
    const env = evaluateEnv(evaluate, step.env, scope);
    const inner = {
      ...scope,
      contexts: { ...scope.contexts, env: { ...holder.env, ...holder.job.env, ...env } },
    };
    const timeoutMs = evaluateMinutes(evaluate, step.timeoutMinutes, inner);
    if (timeoutMs !== undefined) {
      clock.sleep(timeoutMs, ended.signal).then(
        () => expired.abort(),
        () => undefined,
      );
    }
    const either = shared(AbortSignal.any([signal, expired.signal]));
    const end = await performBody({ holder, step, ref, env, scope: inner, signal: either });
    if (expired.signal.aborted && end.outcome !== 'success') return timedOut(end, timeoutMs ?? 0);
    return end;
  } catch (error) {
    if (expired.signal.aborted) return timedOut(failedBody(error, false), 0);
    return failedBody(error, signal.aborted);
  } finally {
    ended.abort();
  }
}

function timedOut(end: BodyEnd, timeoutMs: number): BodyEnd {
  const minutes = timeoutMs / 60_000;
  const message = `the step took longer than its timeout-minutes (${Number(minutes.toFixed(3))})`;
  return { ...end, outcome: 'failure', error: { code: 'E_STEP_TIMEOUT', message } };
}

/**
 * Stops a step softly, unless its `if` holds for a cancelled job too (`always()`): then only a hard stop ends it.
 */
function stopSignal(
  holder: StepHolder,
  step: Step,
): { readonly signal: AbortSignal; readonly forget: () => void } {
  const { halt, run } = holder.job;
  const stop = new AbortController();
  const soft = () => {
    try {
      const scope = { ...stepScope(holder), status: 'cancelled' as const };
      if (step.if && run.ports.evaluate.condition(step.if, scope)) return;
    } catch {
      // A condition that fails is told of where it is decided; here it does not keep the step alive.
    }
    stop.abort(halt.soft.reason);
  };
  const forgetSoft = onAbort(halt.soft, soft);
  const forgetHard = onAbort(halt.hard, () => stop.abort(halt.hard.reason));
  return {
    signal: shared(stop.signal),
    forget: () => {
      forgetSoft();
      forgetHard();
    },
  };
}

type Finish = {
  readonly started: number;
  readonly name: string;
  readonly end: BodyEnd | { readonly outcome: 'skipped'; readonly reason: string };
};

function finish(holder: StepHolder, step: Step, ref: StepRef, { started, name, end }: Finish): void {
  const { run } = holder.job;
  const conclusion = conclude(holder, step, end.outcome);
  const full = end.outcome === 'skipped' ? undefined : end;
  const outputs = full?.outputs ?? {};
  if (step.hasId) holder.steps[step.id] = { outputs, outcome: end.outcome, conclusion };
  if (conclusion === 'failure') holder.status = 'failure';
  if (conclusion === 'cancelled' && holder.status === 'success') holder.status = 'cancelled';
  run.ports.emit({
    type: 'step.finished',
    name,
    outcome: end.outcome,
    conclusion,
    changed: full?.changed ?? false,
    durationMs: run.ports.clock.now() - started,
    ...(end.reason !== undefined && { reason: end.reason }),
    ...(full?.error && { error: full.error }),
    ...ref,
  });
}

/** `continue-on-error` changes the conclusion of a failure, never the outcome. */
function conclude(holder: StepHolder, step: Step, outcome: Conclusion): Conclusion {
  if (outcome !== 'failure' || !step.continueOnError) return outcome;
  const { evaluate, emit } = holder.job.run.ports;
  try {
    const options = { scope: stepScope(holder), fallback: false };
    return evaluateFlag(evaluate, step.continueOnError, options) ? 'success' : 'failure';
  } catch (error) {
    const { message } = eventError(error);
    emit({ type: 'step.annotation', level: 'error', message, ...holder.job.ref, step: step.id });
    return 'failure';
  }
}
