import { packConfig, unpackFiles } from '../../src/engine/config-archive.ts';
import type { ContainerExec, ContainerExecResult, Engine, VolumeFact } from '../../src/engine/index.ts';
import { UserError } from '../../src/lib/errors.ts';
import {
  type FakeContainer,
  type FakeEngineOptions,
  type FakeProgram,
  factOf,
  stateOf,
  World,
} from './fake-world.ts';

export type { FakeContainer, FakeEngineOptions, FakeProgram } from './fake-world.ts';

/** The fake with its inside open to tests. */
export type FakeEngine = Engine & {
  readonly containers: Map<string, FakeContainer>;
  readonly volumes: Map<string, VolumeFact>;
  /** Reference → program. An image that is not here is missing. */
  readonly images: Map<string, FakeProgram>;
  /** Every call by name and subject, in order: `start web.next`. */
  readonly calls: string[];
  /** Calls that change something, in order. */
  readonly changes: string[];
  byName: (name: string) => FakeContainer | undefined;
  /** The machine goes down and comes up: what has a restart policy is started. */
  reboot: () => void;
};

/**
 * A container engine in memory. It behaves like the real one where the reconcile depends on it: names and conflicts,
 * states, restart policies (also of containers that were created and never started), immutable labels, volumes that
 * exist already, archives, health and crash loops by the clock.
 */
export function fakeEngine(options: FakeEngineOptions): FakeEngine {
  const world = new World(options);
  return {
    host: options.host ?? 'h1',
    containers: world.containers,
    volumes: world.volumes,
    images: world.images,
    calls: world.calls,
    changes: world.changes,
    byName: (name) => world.find(name),
    reboot: () => world.reboot(),
    ...observing(world),
    ...changing(world),
    ...filling(world),
  };
}

type Observing =
  | 'listContainers'
  | 'listVolumes'
  | 'inspectContainer'
  | 'findImage'
  | 'readLogs'
  | 'getArchive'
  | 'pathTimes';

function observing(world: World): Pick<Engine, Observing> {
  return {
    listContainers: () =>
      world.look('list containers', () => [...world.containers.values()].map((one) => factOf(world, one))),
    listVolumes: (label, value) =>
      world.look('list volumes', () =>
        [...world.volumes.values()].filter((one) => one.labels[label] === value),
      ),
    inspectContainer: (name) =>
      world.look(`inspect ${world.nameOf(name)}`, () => {
        const one = world.find(name);
        return one && stateOf(world, one);
      }),
    findImage: (reference) =>
      world.look(`find image ${reference}`, () =>
        world.images.has(reference) ? `sha256:${reference}` : undefined,
      ),
    readLogs: (name, { output }) =>
      world.look(`logs ${world.nameOf(name)}`, () => {
        const { log } = world.program(world.get(name));
        if (log !== undefined) output('stdout', Buffer.from(`${log}\n`));
      }),
    getArchive: async (name, path) => {
      const one = await world.look(`get archive ${world.nameOf(name)}`, () => world.find(name));
      const inside = [...(one?.files ?? [])].filter(([file]) => file.startsWith(`${path}/`));
      if (inside.length === 0) return undefined;
      const files = inside.map(([file, content]) => ({
        path: file.slice(path.length + 1),
        content,
        mode: '0600',
        secrets: [],
      }));
      return packConfig(files, path.split('/').at(-1) ?? '');
    },
    pathTimes: (name) =>
      world.look(`look at ${world.nameOf(name)}`, () => {
        const one = world.find(name);
        return one && { changedAtMs: one.changedAtMs, nowMs: world.now() };
      }),
  };
}

type Changing =
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'restartContainer'
  | 'unpauseContainer'
  | 'signalContainer'
  | 'renameContainer'
  | 'setRestartPolicy'
  | 'removeContainer';

function changing(world: World): Pick<Engine, Changing> {
  const act = (verb: string, name: string, does: (one: FakeContainer) => void) =>
    world.change(`${verb} ${world.nameOf(name)}`, () => does(world.get(name)));
  const stop = (one: FakeContainer) => {
    if (one.status === 'running' || one.status === 'restarting') one.status = 'exited';
    one.stoppedByHand = true;
  };
  return {
    createContainer: (name, config) => world.change(`create ${name}`, () => world.create(name, config)),
    startContainer: (name) => act('start', name, (one) => world.start(one)),
    stopContainer: (name) => act('stop', name, stop),
    restartContainer: (name) =>
      act('restart', name, (one) => {
        stop(one);
        world.start(one);
      }),
    unpauseContainer: (name) =>
      act('unpause', name, (one) => {
        if (one.status === 'paused') one.status = 'running';
      }),
    signalContainer: (name, signal) => act(`signal ${signal} to`, name, (one) => one.signals.push(signal)),
    renameContainer: (name, to) =>
      world.change(`rename ${world.nameOf(name)} to ${to}`, () => {
        const one = world.get(name);
        world.refuseTaken(to);
        one.name = to;
      }),
    setRestartPolicy: (name, policy) =>
      act(`policy ${policy} of`, name, (one) => {
        one.policy = policy;
      }),
    removeContainer: (name) =>
      world.change(`remove ${world.nameOf(name)}`, () => {
        const one = world.find(name);
        if (one) world.containers.delete(one.id);
      }),
  };
}

type Filling = 'putArchive' | 'createVolume' | 'removeVolume' | 'exec' | 'importEmptyImage';

function filling(world: World): Pick<Engine, Filling> {
  return {
    putArchive: async (name, directory, tar) => {
      const files = await unpackFiles(tar);
      return world.change(`put to ${world.nameOf(name)}`, () => {
        const one = world.get(name);
        one.changedAtMs = world.now();
        for (const [path, content] of files)
          one.files.set(`${directory === '/' ? '' : directory}/${path}`, content);
      });
    },
    createVolume: (name, labels) =>
      world.change(`create volume ${name}`, () => {
        const volume = world.volumes.get(name) ?? { name, labels };
        world.volumes.set(name, volume);
        return volume;
      }),
    removeVolume: (name) =>
      world.change(`remove volume ${name}`, () => {
        world.volumes.delete(name);
      }),
    exec: (name, request) =>
      world.change(`exec ${request.argv[0]} in ${world.nameOf(name)}`, () => {
        const one = world.get(name);
        if (one.status !== 'running') {
          throw new UserError('E_ENGINE_CONFLICT', `Container ${one.name} is not running`);
        }
        const answer = world.program(one).exec?.(request, one) ?? standardExec(request, one);
        return { exitCode: 0, stdout: '', stderr: '', ...answer };
      }),
    importEmptyImage: (reference) =>
      world.change(`import ${reference}`, () => {
        world.images.set(reference, {});
      }),
  };
}

/** `rm -rf PATH` and `kolla_activate_configs`, as the images have them. */
function standardExec(request: ContainerExec, one: FakeContainer): Partial<ContainerExecResult> {
  const [program, , path = ''] = request.argv;
  const move = (from: string, to?: string) => {
    for (const [file, content] of [...one.files]) {
      if (!file.startsWith(`${from}/`)) continue;
      one.files.delete(file);
      if (to !== undefined) one.files.set(`${to}${file.slice(from.length)}`, content);
    }
  };
  if (program === 'rm') move(path);
  if (program === 'kolla_activate_configs') {
    const root = '/var/lib/kolla/config_files';
    const hasCandidate = [...one.files.keys()].some((file) => file.startsWith(`${root}.next/`));
    if (hasCandidate) {
      move(root);
      move(`${root}.next`, root);
    }
  }
  return {};
}
