import type { z } from 'zod';
import { type HttpResponse, httpRequest } from '../clients/index.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionContext, type ActionPlan, defineAction } from './action.ts';
import { booleanInput, mapInput, numberInput, textInput } from './inputs.ts';
import { tryUntil } from './wait.ts';

const inputs = strictObject({
  url: textInput,
  method: textInput.optional(),
  headers: mapInput.optional(),
  body: textInput.optional(),
  status: textInput.default('200-399'),
  contains: textInput.optional(),
  'timeout-seconds': numberInput(60, { min: 0, max: 86_400 }),
  'interval-seconds': numberInput(2, { min: 0.05, max: 3600 }),
  'verify-tls': booleanInput(true),
  ca: textInput.optional(),
});
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly inputs: Inputs };

/**
 * `slipway/http`: waits until an address answers as expected, from the job's host where there is one. `status` is a
 * list of codes and ranges (`200,300-399`); with `timeout-seconds: 0` it tries once, an assertion.
 */
export const httpAction = defineAction<Inputs, Plan>({
  name: 'slipway/http',
  description: 'Waits until an HTTP address answers as expected, or fails.',
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: {
    status: 'the status code of the answer',
    body: 'the body of the answer, at most 1 MiB',
    headers: 'the headers of the answer, as JSON with lower-case names',
  },
  needs: [],
  plan: async (_context, given) => ({
    changes: [],
    because: `waits for ${withoutPassword(given.url)}; changes nothing`,
    inputs: given,
  }),
  apply: async (context, plan) => {
    const dial = await dialFrom(context);
    const given = plan.inputs;
    const answer = await tryUntil(context, patience(given), async (leftMs) => {
      const one = await httpRequest({
        url: given.url,
        timeoutMs: given['timeout-seconds'] === 0 ? 10_000 : Math.min(leftMs, 10_000),
        signal: context.signal,
        tls: { verify: given['verify-tls'], ...(given.ca !== undefined && { ca: given.ca }) },
        dial,
        ...(given.method !== undefined && { method: given.method.toUpperCase() }),
        ...(given.headers && { headers: given.headers }),
        ...(given.body !== undefined && { body: given.body }),
      });
      return expectAnswer(one, given);
    });
    const outputs = {
      status: String(answer.status),
      body: answer.body,
      headers: JSON.stringify(answer.headers),
    };
    return { changed: false, outputs };
  },
});

/** A job with a host speaks from that host; its connection says how, where it is not this machine. */
export async function dialFrom(context: ActionContext) {
  if (context.host === undefined) return undefined;
  return (await context.connect(context.host)).dial;
}

function patience(given: Inputs) {
  return { timeoutSeconds: given['timeout-seconds'], intervalSeconds: given['interval-seconds'] };
}

function expectAnswer(answer: HttpResponse, given: Inputs): HttpResponse {
  const where = withoutPassword(given.url);
  if (!matchesStatus(answer.status, given.status)) {
    throw new UserError('E_HTTP_ANSWER', `${where} answered ${answer.status}, expected ${given.status}`, {
      hint: answer.body.trim() === '' ? 'the answer has no body' : `it says: ${excerpt(answer.body)}`,
    });
  }
  if (given.contains !== undefined && !answer.body.includes(given.contains)) {
    throw new UserError('E_HTTP_ANSWER', `the answer of ${where} does not contain "${given.contains}"`, {
      hint: `it says: ${excerpt(answer.body)}`,
    });
  }
  return answer;
}

/** True if a status is one of `200,300-399`. Throws E_ACTION_INPUT for a list that is none. */
export function matchesStatus(status: number, list: string): boolean {
  return list.split(',').some((part) => {
    const range = /^\s*(\d{3})(?:\s*-\s*(\d{3}))?\s*$/.exec(part);
    if (!range) {
      throw new UserError('E_ACTION_INPUT', `"${part.trim()}" is not a status code or a range of them`, {
        hint: 'write codes and ranges with commas between them, such as 200,300-399',
      });
    }
    const first = Number(range[1]);
    return status >= first && status <= Number(range[2] ?? first);
  });
}

function excerpt(body: string): string {
  const line = body.trim().replace(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@\s]*@/, '//***@');
}
