import type { ContainerCreateOptions } from 'dockerode';

/**
 * What Slipway asks of a host's container engine. `docker-engine.ts` speaks to a real one, the tests' fake keeps one in
 * memory. Containers are named by id or name. All reject with UserError: E_ENGINE_UNREACHABLE, E_ENGINE_TIMEOUT,
 * E_ENGINE_NOT_FOUND, E_ENGINE_CONFLICT, E_ENGINE_DISK_FULL, E_ENGINE_REFUSED, E_IMAGE_MISSING.
 */
export type Engine = {
  /** The host's name in the inventory. */
  readonly host: string;
  /** All containers, also those that are not ours: they may hold a name that we want. One call. */
  readonly listContainers: () => Promise<readonly ContainerFact[]>;
  /** The volumes with a label of this value. One call. */
  readonly listVolumes: (label: string, value: string) => Promise<readonly VolumeFact[]>;
  readonly inspectContainer: (container: string) => Promise<ContainerState | undefined>;
  /** Creates and gives the id; E_ENGINE_CONFLICT if the name is taken. */
  readonly createContainer: (name: string, config: ContainerConfig) => Promise<string>;
  /** No error if it runs already. */
  readonly startContainer: (container: string) => Promise<void>;
  /** No error if it is stopped already. Without a time the container's own is given. */
  readonly stopContainer: (container: string, graceSeconds?: number) => Promise<void>;
  readonly restartContainer: (container: string, graceSeconds: number) => Promise<void>;
  readonly unpauseContainer: (container: string) => Promise<void>;
  readonly signalContainer: (container: string, signal: string) => Promise<void>;
  readonly renameContainer: (container: string, name: string) => Promise<void>;
  readonly setRestartPolicy: (container: string, policy: RestartPolicy) => Promise<void>;
  /** Removes it with its anonymous volumes, also while it runs. No error if it is gone already. */
  readonly removeContainer: (container: string) => Promise<void>;
  /** Unpacks a tar archive below a directory that exists. */
  readonly putArchive: (container: string, directory: string, tar: Buffer) => Promise<void>;
  /** A file or directory as a tar archive; undefined where there is none. */
  readonly getArchive: (container: string, path: string) => Promise<Buffer | undefined>;
  /** When a path was changed and what time it is, both by the engine's clock; undefined where there is none. */
  readonly pathTimes: (container: string, path: string) => Promise<PathTimes | undefined>;
  /** A volume that exists is left as it is; the result says what is there. */
  readonly createVolume: (name: string, labels: Readonly<Record<string, string>>) => Promise<VolumeFact>;
  /** No error if it is gone already. */
  readonly removeVolume: (name: string) => Promise<void>;
  /** Runs a command in a running container; resolves whatever its exit code. E_EXEC_TIMEOUT. */
  readonly exec: (container: string, request: ContainerExec) => Promise<ContainerExecResult>;
  /** Hands out log output until its end, or until the signal where it follows. */
  readonly readLogs: (container: string, request: LogRequest) => Promise<void>;
  /** The id of an image, undefined where there is none of this reference. */
  readonly findImage: (reference: string) => Promise<string | undefined>;
  /** Makes an image that holds nothing. */
  readonly importEmptyImage: (reference: string) => Promise<void>;
};

/** The engine's own words for how to make a container. */
export type ContainerConfig = Omit<ContainerCreateOptions, 'name' | 'platform'>;

export type RestartPolicy = 'no' | 'on-failure' | 'unless-stopped' | 'always';

export type ContainerStatus =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead';

/** `none`: it has no health check, or does not run. */
export type ContainerHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** A container as the list of all tells of it. `exitCode` where it has ended. */
export type ContainerFact = {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly status: ContainerStatus;
  readonly health: ContainerHealth;
  readonly exitCode?: number;
  readonly createdAtMs: number;
  readonly labels: Readonly<Record<string, string>>;
};

export type VolumeFact = { readonly name: string; readonly labels: Readonly<Record<string, string>> };

/** A container as `inspect` tells of it. `healthOutput` is what the last health check printed. */
export type ContainerState = {
  readonly id: string;
  readonly name: string;
  readonly status: ContainerStatus;
  readonly health: ContainerHealth;
  readonly exitCode: number;
  readonly restartCount: number;
  readonly startedAt: string;
  readonly createdAtMs: number;
  readonly error: string;
  readonly outOfMemory: boolean;
  readonly healthOutput?: string;
  readonly restartPolicy: RestartPolicy;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type PathTimes = { readonly changedAtMs: number; readonly nowMs: number };

/** `user` as the engine takes it (`0`, `haproxy`); absent is the container's own. */
export type ContainerExec = {
  readonly argv: readonly string[];
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly stdin?: string;
  readonly output?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

/** `stdout` and `stderr` keep the last 256 KiB each. */
export type ContainerExecResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

export type LogRequest = {
  readonly output: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** The last lines only; absent is all. */
  readonly tail?: number;
  readonly sinceSeconds?: number;
  readonly timestamps?: boolean;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
};
