import { type Action, type ActionContext, type ActionPlan, describeAction } from '../actions/index.ts';
import type { Change } from '../lib/change.ts';
import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { StepBody } from '../pipeline/model.ts';
import { type Attempt, stepHost } from './attempt.ts';
import { connectHost } from './connections.ts';
import type { BodyEnd } from './state.ts';

type ActionBody = StepBody & { kind: 'action' };

/** Performs a built-in action: plan, then apply. A no-op tells its reason. */
export async function performAction(attempt: Attempt, body: ActionBody): Promise<BodyEnd> {
  const { holder, signal } = attempt;
  const { run } = holder.job;
  let made = 0;
  const context = actionContext(attempt, (change) => {
    made += 1;
    run.changed += 1;
    run.ports.emit({ type: 'change.applied', change, ...attempt.ref });
  });
  const { action, inputs } = prepareAction(attempt, body);
  const plan = await action.plan(context, inputs);
  signal.throwIfAborted();
  if (action.changesEngine === true && context.host !== undefined && mayChange(plan)) {
    await context.guard();
  }
  const outcome = await action.apply(context, plan);
  const changed = outcome.changed || made > 0;
  return {
    outcome: 'success',
    outputs: outcome.outputs,
    changed,
    ...(!changed && plan.changes.length === 0 && { reason: plan.because }),
  };
}

/** The action of a step and its checked inputs. Throws E_ACTION_UNKNOWN, E_ACTION_SCOPE, E_ACTION_INPUT. */
export function prepareAction(attempt: Attempt, body: ActionBody): { action: Action; inputs: unknown } {
  const { holder, step, scope } = attempt;
  const { ports } = holder.job.run;
  const action = ports.actions.get(body.action);
  if (!action) {
    throw new UserError('E_ACTION_UNKNOWN', `there is no action "${body.action}"`, {
      at: step.at,
      hint: didYouMean(body.action, ports.actions.keys()),
    });
  }
  checkScope(action, attempt);
  const given: Record<string, unknown> = {};
  for (const [name, template] of Object.entries(body.with))
    given[name] = ports.evaluate.value(template, scope);
  return { action, inputs: readInputs(action, given, (name) => body.with[name]?.at ?? step.at) };
}

function checkScope(action: Action, attempt: Attempt): void {
  const { holder, step } = attempt;
  const has = {
    site: holder.job.run.ports.site !== undefined,
    host: stepHost(attempt) !== undefined,
    service: holder.job.ref.service !== undefined,
  };
  const missing = action.needs.find((need) => !has[need]);
  if (!missing) return;
  const hints = {
    site: 'call slipway in a site, or name one with --site',
    host: 'give the stage "hosts:"',
    service: 'give the stage "services:", or the stage that uses this pipeline',
  };
  throw new UserError('E_ACTION_SCOPE', `${action.name} needs a ${missing}, and this job has none`, {
    at: step.at,
    hint: hints[missing],
  });
}

/** Checks `with:` against the action's schema. */
export function readInputs(
  action: Action,
  given: Readonly<Record<string, unknown>>,
  placeOf: (name: string) => SourcePosition,
): unknown {
  const result = action.inputs.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : String(issue?.path[0] ?? '');
  const missing = name !== '' && !(name in given);
  const text = missing
    ? `${action.name} needs the input "${name}"`
    : `${action.name}, input "${name}": ${issue?.message}`;
  throw new UserError('E_ACTION_INPUT', text, {
    at: placeOf(name),
    hint: `its inputs: ${
      describeAction(action)
        .inputs.map((input) => input.name)
        .join(', ') || 'none'
    }`,
  });
}

/** What the action may touch in this attempt. */
export function actionContext(attempt: Attempt, applied: (change: Change) => void): ActionContext {
  const { holder, env, signal, ref } = attempt;
  const { job } = holder;
  const { ports } = job.run;
  return {
    site: ports.site,
    host: stepHost(attempt),
    service: job.ref.service,
    workingDirectory: ports.workspace,
    env: { ...holder.env, ...job.env, ...env },
    connect: (host) => connectHost(job.run, host),
    shared: job.run.resources,
    clock: ports.clock,
    signal,
    output: (stream, text) =>
      ports.emit({ type: 'step.output', stream, text: text.replace(/\n$/, ''), ...ref }),
    progress: (text) => ports.emit({ type: 'step.progress', text, ...ref }),
    guard: async () => {
      const host = stepHost(attempt);
      if (host !== undefined) await job.run.locks?.check(host);
    },
    applied,
    mask: (secret) => job.run.masker.add(secret),
  };
}

function mayChange(plan: ActionPlan): boolean {
  return plan.changes.length > 0 || plan.deferred !== undefined;
}
