import type { ActionContext } from './action.ts';

/** How long to try, and how often. */
export type Patience = { readonly timeoutSeconds: number; readonly intervalSeconds: number };

/**
 * Tries until `attempt` succeeds or the time is up; then throws the last failure. `attempt` gets the milliseconds
 * that are left. Says every ten seconds what it still waits for.
 */
export async function tryUntil<T>(
  context: Pick<ActionContext, 'clock' | 'signal' | 'progress'>,
  patience: Patience,
  attempt: (leftMs: number) => Promise<T>,
): Promise<T> {
  const { clock, signal } = context;
  const until = clock.now() + patience.timeoutSeconds * 1000;
  let told = clock.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt(Math.max(1, until - clock.now()));
    } catch (error) {
      signal.throwIfAborted();
      const wait = patience.intervalSeconds * 1000;
      if (clock.now() + wait >= until) throw error;
      if (clock.now() - told >= 10_000) {
        told = clock.now();
        context.progress(`still waiting: ${error instanceof Error ? error.message : String(error)}`);
      }
      await clock.sleep(wait, signal);
    }
  }
}
