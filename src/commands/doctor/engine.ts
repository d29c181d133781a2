import { connectEngine } from '../../engine/index.ts';
import { localEngine } from '../../hosts/index.ts';
import { UserError } from '../../lib/errors.ts';
import type { Finding } from './finding.ts';

/** What the engine says of itself: the part of `GET /info` that the checks need. */
export type EngineAnswer = {
  readonly findings: readonly Finding[];
  /** Where it keeps its data; undefined where it does not answer. */
  readonly dataDirectory?: string;
  /** True if a container of slipway's runs on it. */
  readonly deployed: boolean;
};

/** Asks this machine's engine, or says what is in the way of that. */
export async function checkEngine(env: Readonly<Record<string, string | undefined>>): Promise<EngineAnswer> {
  try {
    const connection = await connectEngine(localEngine({ host: 'localhost', env }), { host: 'localhost' });
    try {
      const info = await connection.call('describe itself', (docker) => docker.info());
      const ours = await connection.call('list containers', (docker) =>
        docker.listContainers({ filters: { label: ['slipway.site'] } }),
      );
      const { engine, pinnedApi } = connection.version;
      const found = `${engine}, API ${pinnedApi}, at ${connection.address}`;
      const findings = [
        { check: 'engine', state: 'good', found } as const,
        judgeStorage(String(info.Driver)),
      ];
      return { findings, dataDirectory: String(info.DockerRootDir), deployed: ours.length > 0 };
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { findings: [engineIsMissing(error)], deployed: false };
  }
}

/** The storage driver: `vfs` copies every layer of every container. */
export function judgeStorage(driver: string): Finding {
  if (driver !== 'vfs') return { check: 'storage', state: 'good', found: driver };
  const advice = "keep the engine's data on a file system that overlay2 works on: vfs copies every layer";
  return { check: 'storage', state: 'warning', found: driver, advice };
}

function engineIsMissing(error: UserError): Finding {
  const advice = error.hint ?? 'install one (docker.io on Debian), start it, or set DOCKER_HOST';
  return { check: 'engine', state: 'broken', found: error.message, advice };
}
