import { httpRequest } from '../clients/index.ts';
import { execInContainer } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import type { ServiceCheck } from '../services/index.ts';
import { type ActionContext, type ActionPlan, defineAction } from './action.ts';
import { placeOf } from './deployment.ts';
import { dialFrom, matchesStatus } from './http-wait.ts';
import { dialTcp } from './tcp-wait.ts';
import { tryUntil } from './wait.ts';

type Plan = ActionPlan & { readonly checks: readonly ServiceCheck[] };

/** `slipway/checks`: waits until the job's service does its work on the job's host, as its `checks` say. */
export const checksAction = defineAction<Record<string, never>, Plan>({
  name: 'slipway/checks',
  description: 'Waits until a service does its work, as its own checks say.',
  inputs: strictObject({}) as never,
  outputs: {},
  needs: ['site', 'host', 'service'],
  plan: async (context) => {
    const { host, plan } = await placeOf(context);
    const checks = plan.checks.filter((check) => check.host === host);
    return { checks, changes: [], because: 'checks; changes nothing' };
  },
  apply: async (context, plan) => {
    for (const check of plan.checks) {
      context.progress(check.name);
      await tryUntil(context, { timeoutSeconds: check.timeoutSeconds, intervalSeconds: 0.5 }, (leftMs) =>
        performCheck(context, check, attemptMs(leftMs)),
      );
    }
    return { changed: false, outputs: {} };
  },
});

/** The last attempt gets time to fail for its own reason and not for want of time. */
function attemptMs(leftMs: number): number {
  return Math.min(Math.max(leftMs, 5_000), 10_000);
}

async function performCheck(context: ActionContext, check: ServiceCheck, timeoutMs: number): Promise<void> {
  const { probe } = check;
  const dial = await dialFrom(context);
  switch (probe.kind) {
    case 'http': {
      const tls = { verify: true };
      const answer = await httpRequest({ url: probe.url, timeoutMs, signal: context.signal, tls, dial });
      if (matchesStatus(answer.status, probe.status)) return;
      throw failed('E_HTTP_ANSWER', check, `${probe.url} answered ${answer.status}`);
    }
    case 'tcp':
      return dialTcp(context, { address: probe.address, timeoutMs });
    case 'exec': {
      const { engine, site } = await placeOf(context);
      const name = `${site.globals.containerPrefix}${probe.container}`;
      const result = await execInContainer(engine, name, {
        argv: probe.command,
        timeoutMs,
        signal: context.signal,
      });
      if (result.exitCode === 0) return;
      const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1) ?? '';
      throw failed('E_ASSERTION', check, `${probe.command[0]} in ${probe.container} says: ${said}`);
    }
    default:
      return probe satisfies never;
  }
}

function failed(code: 'E_HTTP_ANSWER' | 'E_ASSERTION', check: ServiceCheck, what: string): UserError {
  return new UserError(code, `${check.host}: "${check.name}" is not so: ${what}`, {
    hint: 'see the log of its container: slipway logs',
  });
}
