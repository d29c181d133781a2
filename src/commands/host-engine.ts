import { connectEngine, type Engine, engineOf } from '../engine/index.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { OpenedSite } from './open-site.ts';

/** What a command has of a host while `use` runs. */
export type ReachedHost = { readonly connection: HostConnection; readonly engine: Engine };

/** Reaches a host and its engine for as long as `use` takes. Throws E_HOST_*, E_ENGINE_*. */
export async function withHost<T>(
  opened: Pick<OpenedSite, 'hosts'>,
  host: string,
  use: (reached: ReachedHost) => Promise<T>,
): Promise<T> {
  const connection = await opened.hosts.connect(host);
  try {
    const client = await connectEngine(await connection.engine(), { host });
    try {
      return await use({ connection, engine: engineOf(client) });
    } finally {
      client.close();
    }
  } finally {
    await connection.close();
  }
}
