import type Docker from 'dockerode';
import { UserError } from '../lib/errors.ts';
import type { EngineConnection } from './connection.ts';
import { execOverDocker, readLogsOverDocker } from './docker-streams.ts';
import { isNothingToDo } from './engine-errors.ts';
import { containerFact, containerState } from './engine-facts.ts';
import type { Engine, PathTimes } from './port.ts';

/** The engine port over a connection to a real engine. */
export function engineOf(connection: EngineConnection): Engine {
  return {
    host: connection.host,
    ...observing(connection),
    ...changing(connection),
    ...driving(connection),
    ...filling(connection),
    exec: (container, request) => execOverDocker(connection, container, request),
    readLogs: (container, request) => readLogsOverDocker(connection, container, request),
  };
}

type Observing = 'listContainers' | 'listVolumes' | 'inspectContainer' | 'findImage';

function observing({ call }: EngineConnection): Pick<Engine, Observing> {
  return {
    listContainers: async () => {
      const all = await call('list containers', (docker, abortSignal) =>
        docker.listContainers({ all: true, abortSignal }),
      );
      return all.map(containerFact);
    },
    listVolumes: async (label, value) => {
      const filters = { label: [`${label}=${value}`] };
      const found = await call('list volumes', (docker, abortSignal) =>
        docker.listVolumes({ filters, abortSignal }),
      );
      return (found.Volumes ?? []).map((one) => ({ name: one.Name, labels: one.Labels ?? {} }));
    },
    inspectContainer: async (container) => {
      const said = await unlessGone(
        call(`look at container ${container}`, (docker, abortSignal) =>
          docker.getContainer(container).inspect({ abortSignal }),
        ),
      );
      return said && containerState(said);
    },
    findImage: async (reference) => {
      const found = await unlessGone(
        call(`look at image ${reference}`, (docker) => docker.getImage(reference).inspect()),
      );
      return found?.Id;
    },
  };
}

type Changing = 'createContainer' | 'renameContainer' | 'setRestartPolicy' | 'removeContainer';

function changing({ call }: EngineConnection): Pick<Engine, Changing> {
  return {
    createContainer: async (name, config) => {
      const made = await call(`create container ${name}`, (docker, abortSignal) =>
        docker.createContainer({ ...config, name, abortSignal } as Docker.ContainerCreateOptions),
      );
      return made.id;
    },
    renameContainer: async (id, name) => {
      await call(`rename container ${id} to ${name}`, (docker) => docker.getContainer(id).rename({ name }));
    },
    setRestartPolicy: async (id, policy) => {
      const update = { RestartPolicy: { Name: policy, MaximumRetryCount: 0 } };
      await call(`set the restart policy of container ${id}`, (docker) =>
        docker.getContainer(id).update(update),
      );
    },
    removeContainer: async (id) => {
      const remove = (docker: Docker) => docker.getContainer(id).remove({ force: true, v: true });
      await unlessGone(call(`remove container ${id}`, remove, { streams: true, timeoutMs: 180_000 }));
    },
  };
}

/** What a container goes through while it stays the same one. */
type Driving =
  | 'startContainer'
  | 'stopContainer'
  | 'restartContainer'
  | 'unpauseContainer'
  | 'signalContainer';

function driving({ call }: EngineConnection): Pick<Engine, Driving> {
  return {
    startContainer: async (id) => {
      // The runtime may take long on a loaded host.
      const how = { timeoutMs: 180_000 };
      await unlessDone(call(`start container ${id}`, (docker) => docker.getContainer(id).start(), how));
    },
    stopContainer: async (id, graceSeconds) => {
      const how = { streams: true, timeoutMs: ((graceSeconds ?? 1800) + 120) * 1000 };
      const options = graceSeconds === undefined ? {} : { t: graceSeconds };
      const stop = (docker: Docker) => docker.getContainer(id).stop(options);
      await unlessDone(call(`stop container ${id}`, stop, how));
    },
    restartContainer: async (id, graceSeconds) => {
      const how = { streams: true, timeoutMs: (graceSeconds + 180) * 1000 };
      const restart = (docker: Docker) => docker.getContainer(id).restart({ t: graceSeconds });
      await call(`restart container ${id}`, restart, how);
    },
    unpauseContainer: async (id) => {
      await call(`unpause container ${id}`, (docker) => docker.getContainer(id).unpause());
    },
    signalContainer: async (id, signal) => {
      await call(`send ${signal} to container ${id}`, (docker) => docker.getContainer(id).kill({ signal }));
    },
  };
}

type Filling =
  | 'putArchive'
  | 'getArchive'
  | 'pathTimes'
  | 'createVolume'
  | 'removeVolume'
  | 'importEmptyImage';

function filling({ call }: EngineConnection): Pick<Engine, Filling> {
  return {
    putArchive: async (id, path, tar) => {
      await call(`put files to ${path} of container ${id}`, (docker, abortSignal) =>
        docker.getContainer(id).putArchive(tar, { path, abortSignal }),
      );
    },
    getArchive: (id, path) =>
      unlessGone(
        call(`read ${path} of container ${id}`, async (docker) => {
          return collect(await docker.getContainer(id).getArchive({ path }));
        }),
      ),
    pathTimes: (id, path) =>
      unlessGone(
        call(`look at ${path} of container ${id}`, async (docker) => {
          return readTimes(await docker.getContainer(id).infoArchive({ path }));
        }),
      ),
    createVolume: async (name, labels) => {
      const volume = await call(`create volume ${name}`, (docker) =>
        docker.createVolume({ Name: name, Labels: { ...labels } }),
      );
      const found = await call(`look at volume ${name}`, () => volume.inspect());
      return { name: found.Name, labels: found.Labels ?? {} };
    },
    removeVolume: async (name) => {
      await unlessGone(call(`remove volume ${name}`, (docker) => docker.getVolume(name).remove()));
    },
    importEmptyImage: async (reference) => {
      const [repo = reference, tag = 'latest'] = reference.split(':');
      const nothing = Buffer.alloc(1024);
      await call(`make the image ${reference}`, async (docker) => {
        const answer = await docker.importImage(nothing as unknown as NodeJS.ReadableStream, { repo, tag });
        await collect(answer);
      });
    },
  };
}

/** Undefined where the thing is not there (any more). */
async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (
      error instanceof UserError &&
      (error.code === 'E_ENGINE_NOT_FOUND' || error.code === 'E_IMAGE_MISSING')
    ) {
      return undefined;
    }
    throw error;
  }
}

async function unlessDone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof UserError && isNothingToDo(error.cause))) throw error;
  }
}

type HeadAnswer = AsyncIterable<unknown> & {
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

/** Source: Engine API, `HEAD /containers/{id}/archive`: the header is base64 of JSON with `mtime`. */
async function readTimes(answer: unknown): Promise<PathTimes | undefined> {
  const { headers = {} } = answer as HeadAnswer;
  await collect(answer as HeadAnswer);
  const stat = headers['x-docker-container-path-stat'];
  if (stat === undefined) return undefined;
  const { mtime } = JSON.parse(Buffer.from(stat, 'base64').toString('utf8')) as { mtime: string };
  return { changedAtMs: Date.parse(mtime), nowMs: Date.parse(headers['date'] ?? '') };
}

async function collect(stream: NodeJS.ReadableStream | AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
