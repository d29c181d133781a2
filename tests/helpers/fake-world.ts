import type {
  ContainerConfig,
  ContainerExec,
  ContainerExecResult,
  ContainerFact,
  ContainerState,
  ContainerStatus,
  RestartPolicy,
  VolumeFact,
} from '../../src/engine/index.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { UserError } from '../../src/lib/errors.ts';

/** How the containers of an image behave. Without anything they run, and have no health check. */
export type FakeProgram = {
  /** The engine refuses to start it. */
  readonly startError?: string;
  /** It ends by itself with this code after `runsForMs` (0). */
  readonly exitCode?: (container: FakeContainer) => number | undefined;
  readonly runsForMs?: number;
  /** Where it has a health check: healthy after this time; `never` is unhealthy from the start. */
  readonly healthyAfterMs?: number | 'never';
  readonly exec?: (request: ContainerExec, container: FakeContainer) => Partial<ContainerExecResult>;
  readonly log?: string;
};

export type FakeContainer = {
  readonly id: string;
  name: string;
  readonly config: ContainerConfig;
  readonly image: string;
  readonly createdAtMs: number;
  status: ContainerStatus;
  exitCode: number;
  restartCount: number;
  startedAtMs: number;
  policy: RestartPolicy;
  stoppedByHand: boolean;
  changedAtMs: number;
  /** Absolute path → content. */
  readonly files: Map<string, string>;
  readonly signals: string[];
};

export type FakeEngineOptions = {
  readonly clock: Clock;
  readonly host?: string;
  readonly images?: Readonly<Record<string, FakeProgram>>;
  /** May throw, before or after a call that changes something: a run that is killed there. */
  readonly onChange?: (call: string, when: 'before' | 'after') => void;
};

/** Ids are unique over all engines, as real ones are. */
let created = 0;

/** The state behind the fake engine, and how it moves with the clock. */
export class World {
  readonly containers = new Map<string, FakeContainer>();
  readonly volumes = new Map<string, VolumeFact>();
  readonly images: Map<string, FakeProgram>;
  readonly calls: string[] = [];
  readonly changes: string[] = [];
  readonly options: FakeEngineOptions;

  constructor(options: FakeEngineOptions) {
    this.options = options;
    this.images = new Map(Object.entries(options.images ?? { 'app:1': {}, 'app:2': {} }));
  }

  now(): number {
    return this.options.clock.now();
  }

  async look<T>(what: string, answer: () => T): Promise<T> {
    this.calls.push(what);
    for (const one of this.containers.values()) this.settle(one);
    return answer();
  }

  async change<T>(what: string, act: () => T): Promise<T> {
    this.options.onChange?.(what, 'before');
    for (const one of this.containers.values()) this.settle(one);
    const answer = act();
    this.calls.push(what);
    this.changes.push(what);
    this.options.onChange?.(what, 'after');
    return answer;
  }

  find(name: string): FakeContainer | undefined {
    return this.containers.get(name) ?? [...this.containers.values()].find((one) => one.name === name);
  }

  get(name: string): FakeContainer {
    const found = this.find(name);
    if (!found) throw new UserError('E_ENGINE_NOT_FOUND', `No such container: ${name}`);
    return found;
  }

  nameOf(container: string): string {
    return this.find(container)?.name ?? container;
  }

  create(name: string, config: ContainerConfig): string {
    const image = config.Image ?? '';
    if (!this.images.has(image)) throw new UserError('E_IMAGE_MISSING', `No such image: ${image}`);
    this.refuseTaken(name);
    created += 1;
    const id = `id-${created}-${name}`;
    const now = this.now();
    this.containers.set(id, {
      id,
      name,
      config,
      image,
      createdAtMs: now,
      changedAtMs: now,
      status: 'created',
      exitCode: 0,
      restartCount: 0,
      startedAtMs: 0,
      policy: (config.HostConfig?.RestartPolicy?.Name || 'no') as RestartPolicy,
      stoppedByHand: false,
      files: new Map(),
      signals: [],
    });
    return id;
  }

  refuseTaken(name: string): void {
    const taken = [...this.containers.values()].some((one) => one.name === name);
    if (taken) throw new UserError('E_ENGINE_CONFLICT', `The container name "/${name}" is already in use`);
  }

  program(one: FakeContainer): FakeProgram {
    return this.images.get(one.image) ?? {};
  }

  start(one: FakeContainer): void {
    if (one.status === 'running') return;
    const { startError } = this.program(one);
    if (startError !== undefined) throw new UserError('E_ENGINE_REFUSED', startError);
    for (const mount of one.config.HostConfig?.Binds ?? []) {
      const volume = mount.split(':')[0] ?? '';
      if (volume.startsWith('/') || this.volumes.has(volume)) continue;
      this.volumes.set(volume, { name: volume, labels: {} });
    }
    Object.assign(one, { status: 'running', startedAtMs: this.now(), restartCount: 0, stoppedByHand: false });
    this.settle(one);
  }

  /** Brings a container to where its program has it by now. A restart takes a second. */
  settle(one: FakeContainer): void {
    const program = this.program(one);
    const exitCode = program.exitCode?.(one);
    if (exitCode === undefined || (one.status !== 'running' && one.status !== 'restarting')) return;
    const cycle = (program.runsForMs ?? 0) + 1_000;
    const elapsed = this.now() - one.startedAtMs;
    if (elapsed < (program.runsForMs ?? 0)) return;
    one.exitCode = exitCode;
    const restarts =
      one.policy === 'always' ||
      one.policy === 'unless-stopped' ||
      (one.policy === 'on-failure' && exitCode !== 0);
    if (!restarts) {
      one.status = 'exited';
      return;
    }
    one.restartCount = Math.floor(elapsed / cycle);
    one.status = elapsed % cycle < (program.runsForMs ?? 0) ? 'running' : 'restarting';
  }

  reboot(): void {
    for (const one of this.containers.values()) {
      const ran = one.status === 'running' || one.status === 'restarting' || one.status === 'paused';
      if (ran) one.status = 'exited';
      const wanted = one.policy === 'always' || (one.policy === 'unless-stopped' && !one.stoppedByHand);
      if (wanted) this.start(one);
    }
  }

  health(one: FakeContainer): ContainerFact['health'] {
    const test = (one.config.Healthcheck as { Test?: string[] } | undefined)?.Test ?? [];
    if (one.status !== 'running' || test.length === 0 || test[0] === 'NONE') return 'none';
    const after = this.program(one).healthyAfterMs ?? 0;
    if (after === 'never') return 'unhealthy';
    return this.now() - one.startedAtMs >= after ? 'healthy' : 'starting';
  }
}

/** A container as the list tells of it. */
export function factOf(world: World, one: FakeContainer): ContainerFact {
  const ended = one.status === 'exited' || one.status === 'restarting';
  return {
    id: one.id,
    name: one.name,
    image: one.image,
    imageId: `sha256:${one.image}`,
    status: one.status,
    health: world.health(one),
    createdAtMs: one.createdAtMs,
    labels: one.config.Labels ?? {},
    ...(ended && { exitCode: one.exitCode }),
  };
}

/** A container as `inspect` tells of it. */
export function stateOf(world: World, one: FakeContainer): ContainerState {
  return {
    id: one.id,
    name: one.name,
    status: one.status,
    health: world.health(one),
    exitCode: one.exitCode,
    restartCount: one.restartCount,
    startedAt: String(one.startedAtMs),
    createdAtMs: one.createdAtMs,
    error: '',
    outOfMemory: false,
    restartPolicy: one.policy,
    imageId: `sha256:${one.image}`,
    labels: one.config.Labels ?? {},
  };
}
