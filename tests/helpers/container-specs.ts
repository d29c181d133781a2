import { createHash } from 'node:crypto';
import type {
  ConfigFile,
  ContainerOptions,
  ContainerSpec,
  OneShotSpec,
} from '../../src/lib/container-spec.ts';

/** What a test says of a container; the rest is filled in. */
export type SpecDraft = Partial<Omit<ContainerSpec, 'options' | 'files'>> & {
  readonly options?: Partial<ContainerOptions>;
  /** Path → content. */
  readonly files?: Readonly<Record<string, string>>;
};

const plainOptions: ContainerOptions = {
  env: {},
  networkMode: 'none',
  privileged: false,
  capAdd: [],
  capDrop: [],
  securityOpt: [],
  devices: [],
  volumes: [],
  tmpfs: {},
  ulimits: {},
  sysctls: {},
  extraHosts: [],
  readOnlyRoot: false,
  init: false,
  tty: false,
  stopGraceSeconds: 1,
  restart: 'unless-stopped',
  logOptions: {},
};

/** A container spec with hashes that follow from its content, as `services/` makes them. */
export function makeSpec(draft: SpecDraft = {}): ContainerSpec {
  const options = { ...plainOptions, ...draft.options };
  const files = Object.entries(draft.files ?? {}).map(
    ([path, content]): ConfigFile => ({ path, content, mode: '0600', secrets: [] }),
  );
  const image = draft.image ?? { reference: 'app:1' };
  const container = draft.container ?? 'web';
  return {
    site: 'test',
    host: 'h1',
    service: 'web',
    container,
    name: container,
    onChange: 'recreate',
    rollback: 'safe',
    proveTimeoutSeconds: 20,
    labels: {},
    ...draft,
    image,
    options,
    files,
    engineHash: draft.engineHash ?? hash({ image, options }),
    configHash: draft.configHash ?? hash(draft.files ?? {}),
    fileHashes: Object.fromEntries(files.map((file) => [file.path, hash(file.content)])),
  };
}

/** A one-shot over such a spec. */
export function makeOneShot(draft: Partial<OneShotSpec> = {}): OneShotSpec {
  return {
    spec: makeSpec({ container: 'web-db-sync', options: { restart: 'no' } }),
    when: 'install',
    phase: 'expand',
    membersHash: 'members-1',
    timeoutSeconds: 30,
    ...draft,
  };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
