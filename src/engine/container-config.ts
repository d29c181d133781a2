import type { ContainerOptions, ContainerSpec, Healthcheck } from '../lib/container-spec.ts';
import { containerLabels, type Role } from './labels.ts';
import type { ContainerConfig } from './port.ts';

/** Where images expect their configuration (specs/010). */
export const kollaDirectory = '/var/lib/kolla';
export const configDirectory = 'config_files';

/** How a container differs from its spec: what it is for, and what throw-away ones run. */
export type ConfigVariant = {
  readonly role: Role;
  readonly command?: readonly string[];
  readonly user?: string;
};

/**
 * A spec in the engine's words. The restart policy is always `no`: it is set just before the start, so that an engine
 * that comes up again starts nothing half-made. Throw-away containers have no health check.
 */
export function containerConfig(spec: ContainerSpec, variant: ConfigVariant): ContainerConfig {
  const { options } = spec;
  const command = variant.command ?? options.command;
  const user = variant.user ?? options.user;
  const isService = variant.role === 'service';
  return {
    Image: spec.image.id ?? spec.image.reference,
    Labels: containerLabels(spec, variant.role),
    Env: Object.keys(options.env)
      .sort()
      .map((name) => `${name}=${options.env[name]}`),
    Tty: options.tty,
    StopTimeout: options.stopGraceSeconds,
    ...(command && { Cmd: [...command] }),
    ...(options.entrypoint && { Entrypoint: [...options.entrypoint] }),
    ...(user !== undefined && { User: user }),
    ...(options.workingDirectory !== undefined && { WorkingDir: options.workingDirectory }),
    ...(options.hostname !== undefined && { Hostname: options.hostname }),
    ...(options.stopSignal !== undefined && { StopSignal: options.stopSignal }),
    ...(isService ? healthcheckOf(options.healthcheck) : { Healthcheck: { Test: ['NONE'] } }),
    ...(options.readOnlyRoot && { Volumes: { [kollaDirectory]: {} } }),
    HostConfig: { RestartPolicy: { Name: 'no' }, ...hostConfig(options) },
  };
}

/** The named volumes among a spec's mounts. */
export function namedVolumes(spec: ContainerSpec): string[] {
  const names = spec.options.volumes.map((one) => one.split(':')[0] ?? '');
  return [...new Set(names.filter((name) => name !== '' && !name.startsWith('/')))];
}

function hostConfig(options: ContainerOptions): NonNullable<ContainerConfig['HostConfig']> {
  return {
    ...isolation(options),
    ...resources(options),
    Binds: [...options.volumes],
    Tmpfs: { ...options.tmpfs },
    ExtraHosts: [...options.extraHosts],
    ReadonlyRootfs: options.readOnlyRoot,
    ...(options.init && { Init: true }),
    ...((options.logDriver !== undefined || Object.keys(options.logOptions).length > 0) && {
      LogConfig: { Type: options.logDriver ?? '', Config: { ...options.logOptions } },
    }),
  };
}

function isolation(options: ContainerOptions): NonNullable<ContainerConfig['HostConfig']> {
  return {
    NetworkMode: options.networkMode,
    Privileged: options.privileged,
    CapAdd: [...options.capAdd],
    CapDrop: [...options.capDrop],
    SecurityOpt: [...options.securityOpt],
    Sysctls: { ...options.sysctls },
    ...(options.pidMode !== undefined && { PidMode: options.pidMode }),
    ...(options.ipcMode !== undefined && { IpcMode: options.ipcMode }),
    ...(options.utsMode !== undefined && { UTSMode: options.utsMode }),
    ...(options.cgroupnsMode !== undefined && { CgroupnsMode: options.cgroupnsMode }),
  };
}

function resources(options: ContainerOptions): NonNullable<ContainerConfig['HostConfig']> {
  return {
    Devices: options.devices.map(deviceOf),
    Ulimits: Object.entries(options.ulimits).map(([Name, { soft, hard }]) => ({
      Name,
      Soft: soft,
      Hard: hard,
    })),
    ...(options.memoryBytes !== undefined && { Memory: options.memoryBytes }),
    ...(options.cpus !== undefined && { NanoCpus: Math.round(options.cpus * 1e9) }),
    ...(options.shmSizeBytes !== undefined && { ShmSize: options.shmSizeBytes }),
    ...(options.oomScoreAdj !== undefined && { OomScoreAdj: options.oomScoreAdj }),
  };
}

/** `/dev/x[:/dev/y[:rwm]]`, as the docker command line takes it. */
function deviceOf(text: string): { PathOnHost: string; PathInContainer: string; CgroupPermissions: string } {
  const [host = '', inside = host, permissions = 'rwm'] = text.split(':');
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions };
}

function healthcheckOf(check: Healthcheck | undefined): Pick<ContainerConfig, 'Healthcheck'> {
  if (!check) return {};
  return {
    Healthcheck: {
      Test: ['CMD', ...check.test],
      Interval: check.intervalSeconds * 1e9,
      Timeout: check.timeoutSeconds * 1e9,
      Retries: check.retries,
      StartPeriod: check.startPeriodSeconds * 1e9,
    },
  };
}
