import { connectEngine, type EngineConnection } from '../engine/index.ts';
import type { ActionContext } from './action.ts';

/** The run's one connection to a host's engine; closed when the run ends. Throws E_ENGINE_*, and what `connect` throws. */
export function engineConnectionOf(
  context: Pick<ActionContext, 'connect' | 'shared'>,
  host: string,
): Promise<EngineConnection> {
  return context.shared.get(`engine-connection:${host}`, async () => {
    const connection = await context.connect(host);
    return connectEngine(await connection.engine(), { host });
  });
}
