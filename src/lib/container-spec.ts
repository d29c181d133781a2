import type { SourcePosition } from './position.ts';

/** Everything that defines one container on one host. Made by `services/`, performed by `engine/`. */
export type ContainerSpec = {
  readonly site: string;
  readonly host: string;
  readonly service: string;
  /** The name in `service.yml`, for people and for `hosts`' facts: `keystone`. */
  readonly container: string;
  /** The name on the engine: the site's container prefix and `container`. */
  readonly name: string;
  readonly image: ImageRef;
  readonly options: ContainerOptions;
  readonly files: readonly ConfigFile[];
  /** sha256 over image and options (hex). A label of the container. */
  readonly engineHash: string;
  /** HMAC-sha256 with the site's key over `files` (hex): they may hold secrets. */
  readonly configHash: string;
  /** The same HMAC for each file by its path, so that a plan can say which one changed. */
  readonly fileHashes?: Readonly<Record<string, string>>;
  readonly onChange: 'recreate' | 'restart' | 'reload';
  readonly reload?: ReloadMethod;
  readonly rollback: 'safe' | 'never';
  /** How long a new container may take until it is proven (healthy, or running where it has no check). */
  readonly proveTimeoutSeconds: number;
  /** Labels beside the ones that `engine/` sets; no secrets. */
  readonly labels: Readonly<Record<string, string>>;
};

/** A container that does one thing to a service's data and exits. Runs once a cluster, on `spec.host`. */
export type OneShotSpec = {
  readonly spec: ContainerSpec;
  readonly when: 'install' | 'image-changed' | 'members-changed' | 'config-changed';
  readonly phase: 'expand' | 'migrate' | 'contract';
  /** Read-only probe of the service's own data, run with the same image, options and files: exit 0 is done. */
  readonly done?: readonly string[];
  /** Changes when the members of the cluster do (`members-changed`), or what it is to bring about (`config-changed`). */
  readonly membersHash: string;
  readonly timeoutSeconds: number;
};

/** `id` is the image's config digest (`sha256:…`) where the lock file knows it. */
export type ImageRef = { readonly reference: string; readonly id?: string };

/** A file of the config archive, below `/var/lib/kolla/config_files`. `mode` is octal text such as `0600`. */
export type ConfigFile = {
  readonly path: string;
  readonly content: string;
  readonly mode: string;
  /** Where each line of `content` comes from, for errors of the program that reads it (0-based line → place). */
  readonly origin?: (line: number) => SourcePosition | undefined;
  /** The secret values that stand in `content`, for masking diffs. */
  readonly secrets: readonly string[];
};

/**
 * How a running container takes a new configuration: the candidate is put to
 * `/var/lib/kolla/config_files.next`, `validate` runs in the container (exit 0 is valid; `origin`s translate its
 * messages), `activate` renames it, then `signal` or `command` makes the program read it, then `verify` proves it.
 */
export type ReloadMethod = {
  readonly validate?: readonly string[];
  readonly activate: readonly string[];
  readonly signal?: string;
  readonly command?: readonly string[];
  readonly verify?: readonly string[];
};

/** Options of the engine, by our names. Absent means the engine's default. */
export type ContainerOptions = {
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly networkMode: string;
  readonly pidMode?: string;
  readonly ipcMode?: string;
  readonly utsMode?: string;
  readonly cgroupnsMode?: 'host' | 'private';
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
  readonly devices: readonly string[];
  /** `name:/path[:options]` (volume) or `/host/path:/path[:options]` (bind). */
  readonly volumes: readonly string[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly extraHosts: readonly string[];
  readonly hostname?: string;
  readonly readOnlyRoot: boolean;
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly shmSizeBytes?: number;
  readonly oomScoreAdj?: number;
  readonly init: boolean;
  readonly tty: boolean;
  readonly healthcheck?: Healthcheck;
  readonly stopSignal?: string;
  readonly stopGraceSeconds: number;
  readonly restart: 'no' | 'on-failure' | 'unless-stopped' | 'always';
  readonly logDriver?: string;
  readonly logOptions: Readonly<Record<string, string>>;
};

/** As the engine's: `test` is run in the container without a shell. */
export type Healthcheck = {
  readonly test: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly startPeriodSeconds: number;
};
