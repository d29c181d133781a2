import type { JobRef } from '../lib/events.ts';
import type { PlannedJob, RunDefaults, Stage, Step } from '../pipeline/model.ts';
import { evaluateEnv, evaluateMinutes, type Scope } from './evaluate.ts';
import { branchHalt, type Halt, HaltReason, haltStatus, haltText } from './halt.ts';
import type { Frame, JobEnd, JobState, StepHolder } from './state.ts';

import { eventError } from './step-error.ts';
import { stepScope } from './step-scope.ts';

/** GitHub's default for a job without `timeout-minutes`. */
export const defaultJobTimeoutMs = 360 * 60_000;

/** A job about to be performed: `scope` is what its stage's expressions see for it. */
export type JobRequest = {
  readonly frame: Frame;
  readonly stage: Stage;
  readonly job: PlannedJob;
  readonly ref: JobRef;
  readonly scope: Scope;
  readonly halt: Halt;
};

/** Performs the steps of a job, one after the other, and evaluates its outputs. */
export async function performSteps(request: JobRequest, steps: readonly Step[]): Promise<JobEnd> {
  const timed = timedHalt(request);
  try {
    const holder = newHolder({ ...request, halt: timed.halt });
    for (const step of steps) await request.frame.run.parts.performStep(holder, step);
    return endOf(request, holder);
  } finally {
    timed.forget();
  }
}

/** A job before its first step, to be performed or planned. Throws E_EXPRESSION_* for the stage's `env`. */
export function newHolder({ frame, stage, ref, scope, halt }: JobRequest): StepHolder {
  const before = scope.contexts['env'] as Readonly<Record<string, string>> | undefined;
  const job: JobState = {
    run: frame.run,
    ref,
    contexts: scope.contexts,
    defaults: mergeDefaults(frame.plan.pipeline.defaults, stage.defaults),
    halt,
    env: {},
    path: [],
    unreachable: false,
  };
  return {
    job,
    contexts: scope.contexts,
    steps: {},
    env: { ...before, ...evaluateEnv(frame.run.ports.evaluate, stage.env, scope) },
    prefix: '',
    depth: 0,
    status: 'success',
  };
}

function mergeDefaults(outer: RunDefaults, inner: RunDefaults): RunDefaults {
  return { ...outer, ...inner };
}

function timedHalt({ frame, stage, scope, halt }: JobRequest): {
  readonly halt: Halt;
  readonly forget: () => void;
} {
  const { evaluate, clock } = frame.run.ports;
  const timeoutMs = evaluateMinutes(evaluate, stage.timeoutMinutes, scope) ?? defaultJobTimeoutMs;
  const branch = branchHalt(halt);
  const ended = new AbortController();
  const reason = `the job took longer than its timeout-minutes (${timeoutMs / 60_000})`;
  clock.sleep(timeoutMs, ended.signal).then(
    () => branch.stop(new HaltReason('timeout', reason)),
    () => undefined,
  );
  return { halt: branch, forget: () => ended.abort() };
}

function endOf({ frame, stage }: JobRequest, holder: StepHolder): JobEnd {
  const { evaluate } = frame.run.ports;
  const { soft } = holder.job.halt;
  const halted = haltStatus(soft);
  const status = holder.status === 'skipped' ? 'success' : holder.status;
  const outcome = halted ?? status;
  const outputs: Record<string, string> = {};
  try {
    for (const [name, template] of Object.entries(stage.outputs)) {
      outputs[name] = evaluate.text(template, stepScope(holder));
    }
  } catch (error) {
    return { outcome: 'failure', conclusion: 'failure', outputs: {}, reason: eventError(error).message };
  }
  return {
    outcome,
    conclusion: outcome,
    outputs,
    ...(halted && { reason: haltText(soft) }),
    ...(holder.job.unreachable && { unreachable: true }),
  };
}
