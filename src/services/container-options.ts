import type { ContainerOptions, Healthcheck } from '../lib/container-spec.ts';
import { booleanOf, numberOf } from './evaluate.ts';
import type { Service } from './model.ts';
import type { ContainerSource } from './schema.ts';

type Numbers = (value: number | string, field: string) => number;

/**
 * Options of the engine from a container of `service.yml`. `prefix` goes before the names of volumes, so that two sites
 * can share an engine; paths stay as they are.
 */
export function optionsOf(
  source: ContainerSource,
  from: { readonly service: Service; readonly container: string; readonly prefix: string },
): ContainerOptions {
  const number: Numbers = (value, field) =>
    numberOf(value, from.service, ['containers', from.container, field]);
  return {
    env: { KOLLA_CONFIG_STRATEGY: 'COPY_ALWAYS', ...source.env },
    networkMode: source.network_mode,
    privileged: booleanOf(source.privileged),
    capAdd: source.cap_add,
    capDrop: source.cap_drop,
    securityOpt: source.security_opt,
    devices: source.devices,
    volumes: source.volumes.map((volume) => (volume.startsWith('/') ? volume : `${from.prefix}${volume}`)),
    tmpfs: source.tmpfs,
    ulimits: ulimitsOf(source, number),
    sysctls: source.sysctls,
    extraHosts: source.extra_hosts,
    readOnlyRoot: booleanOf(source.read_only),
    init: booleanOf(source.init),
    tty: booleanOf(source.tty),
    stopGraceSeconds: number(source.stop_grace, 'stop_grace'),
    restart: source.restart,
    logDriver: source.log_driver,
    logOptions: source.log_options,
    ...optional(source, number),
    ...(source.healthcheck && { healthcheck: healthcheckOf(source.healthcheck, number) }),
  };
}

function optional(source: ContainerSource, number: Numbers): Partial<ContainerOptions> {
  return {
    ...(source.user !== undefined && { user: source.user }),
    ...(source.pid_mode !== undefined && { pidMode: source.pid_mode }),
    ...(source.ipc_mode !== undefined && { ipcMode: source.ipc_mode }),
    ...(source.uts_mode !== undefined && { utsMode: source.uts_mode }),
    ...(source.cgroupns_mode !== undefined && { cgroupnsMode: source.cgroupns_mode }),
    ...(source.hostname !== undefined && { hostname: source.hostname }),
    ...(source.memory !== undefined && { memoryBytes: number(source.memory, 'memory') }),
    ...(source.cpus !== undefined && { cpus: number(source.cpus, 'cpus') }),
    ...(source.shm_size !== undefined && { shmSizeBytes: number(source.shm_size, 'shm_size') }),
    ...(source.oom_score_adj !== undefined && { oomScoreAdj: number(source.oom_score_adj, 'oom_score_adj') }),
    ...(source.stop_signal !== undefined && { stopSignal: source.stop_signal }),
  };
}

function ulimitsOf(source: ContainerSource, number: Numbers): ContainerOptions['ulimits'] {
  return Object.fromEntries(
    Object.entries(source.ulimits).map(([name, { soft, hard }]) => [
      name,
      { soft: number(soft, 'ulimits'), hard: number(hard, 'ulimits') },
    ]),
  );
}

function healthcheckOf(source: NonNullable<ContainerSource['healthcheck']>, number: Numbers): Healthcheck {
  return {
    test: source.test,
    intervalSeconds: number(source.interval, 'healthcheck'),
    timeoutSeconds: number(source.timeout, 'healthcheck'),
    retries: number(source.retries, 'healthcheck'),
    startPeriodSeconds: number(source.start_period, 'healthcheck'),
  };
}
