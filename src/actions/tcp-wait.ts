import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionContext, type ActionPlan, defineAction } from './action.ts';
import { dialFrom } from './http-wait.ts';
import { neededNumber, numberInput, textInput } from './inputs.ts';
import { tryUntil } from './wait.ts';

const inputs = strictObject({
  address: textInput,
  port: neededNumber({ min: 1, max: 65_535 }),
  'timeout-seconds': numberInput(60, { min: 0, max: 86_400 }),
  'interval-seconds': numberInput(1, { min: 0.05, max: 3600 }),
});
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly inputs: Inputs };

/** `slipway/tcp`: waits until a TCP port accepts a connection, from the job's host where there is one. */
export const tcpAction = defineAction<Inputs, Plan>({
  name: 'slipway/tcp',
  description: 'Waits until a TCP port accepts connections, or fails.',
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: {},
  needs: [],
  plan: async (_context, given) => ({
    changes: [],
    because: `waits for ${given.address}:${given.port}; changes nothing`,
    inputs: given,
  }),
  apply: async (context, { inputs: given }) => {
    const patience = { timeoutSeconds: given['timeout-seconds'], intervalSeconds: given['interval-seconds'] };
    await tryUntil(context, patience, (leftMs) =>
      dialTcp(context, {
        ...given,
        timeoutMs: given['timeout-seconds'] === 0 ? 5000 : Math.min(leftMs, 5000),
      }),
    );
    return { changed: false, outputs: {} };
  },
});

/**
 * Opens and closes a connection from the job's host. `address` may hold the port (`192.0.2.1:80`, `[2001:db8::1]:80`).
 * Throws E_TCP_UNREACHABLE.
 */
export async function dialTcp(
  context: ActionContext,
  to: { readonly address: string; readonly port?: number; readonly timeoutMs: number },
): Promise<void> {
  const split = /^(.*):(\d+)$/.exec(to.address);
  const port = to.port ?? Number(split?.[2]);
  const address = (to.port === undefined ? (split?.[1] ?? to.address) : to.address).replace(/^\[|\]$/g, '');
  const dial = (await dialFrom(context)) ?? dialHere;
  await probe(dial, { address, port }, to.timeoutMs);
}

type Dial = (address: string, port: number) => Promise<Duplex>;

function dialHere(address: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function probe(dial: Dial, to: Pick<Inputs, 'address' | 'port'>, timeoutMs: number): Promise<void> {
  const where = `${to.address}:${to.port}`;
  let timer: NodeJS.Timeout | undefined;
  const opening = dial(to.address, to.port);
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${timeoutMs / 1000} s`)),
      Math.max(100, timeoutMs),
    );
  });
  try {
    (await Promise.race([opening, late])).destroy();
  } catch (error) {
    opening.then((socket) => socket.destroy()).catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError('E_TCP_UNREACHABLE', `${where} does not accept connections: ${why}`, {
      hint: 'is the service up, and is this the address that the host can reach?',
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
