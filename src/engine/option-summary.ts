import type { ContainerOptions, ContainerSpec } from '../lib/container-spec.ts';

/** Option (as people call it) → value, flat, sorted, only what is set. Equal specs give equal summaries. */
export type OptionSummary = Readonly<Record<string, string>>;

/** The summary of a spec's image and options, kept as a label so that a later plan can name what changed. */
export function summarizeOptions(spec: ContainerSpec): OptionSummary {
  const { options, image } = spec;
  const flat: Record<string, string> = { image: imageText(image.reference, image.id) };
  for (const [name, value] of Object.entries(options) as [keyof ContainerOptions, unknown][]) {
    if (name === 'env') continue;
    for (const [key, text] of flatten(optionNames[name], value)) flat[key] = text;
  }
  for (const [name, value] of Object.entries(options.env)) flat[`env ${name}`] = value;
  return Object.fromEntries(Object.entries(flat).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What differs between two summaries, a sentence part each. The values of `env` are left out: they may be long. */
export function explainOptions(before: OptionSummary, after: OptionSummary): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const was = before[name];
    const is = after[name];
    if (was === is) return [];
    if (is === undefined) return [`${name} is removed`];
    if (name.startsWith('env ')) return [was === undefined ? `${name} is added` : `${name} changes`];
    if (was === undefined) return [`${name} is added (${shorten(is)})`];
    return [`${name} changes from ${shorten(was)} to ${shorten(is)}`];
  });
}

const optionNames: Record<keyof ContainerOptions, string> = {
  command: 'command',
  entrypoint: 'entrypoint',
  user: 'user',
  workingDirectory: 'working directory',
  env: 'env',
  networkMode: 'network mode',
  pidMode: 'pid mode',
  ipcMode: 'ipc mode',
  utsMode: 'uts mode',
  cgroupnsMode: 'cgroup namespace',
  privileged: 'privileged',
  capAdd: 'cap_add',
  capDrop: 'cap_drop',
  securityOpt: 'security_opt',
  devices: 'devices',
  volumes: 'volumes',
  tmpfs: 'tmpfs',
  ulimits: 'ulimit',
  sysctls: 'sysctl',
  extraHosts: 'extra hosts',
  hostname: 'hostname',
  readOnlyRoot: 'read-only root',
  memoryBytes: 'memory',
  cpus: 'cpus',
  shmSizeBytes: 'shm size',
  oomScoreAdj: 'oom_score_adj',
  init: 'init',
  tty: 'tty',
  healthcheck: 'health check',
  stopSignal: 'stop signal',
  stopGraceSeconds: 'stop grace',
  restart: 'restart policy',
  logDriver: 'log driver',
  logOptions: 'log option',
};

function imageText(reference: string, id: string | undefined): string {
  return id === undefined ? reference : `${reference} (${id.replace(/^sha256:/, '').slice(0, 12)})`;
}

function flatten(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === false) return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : [[name, value.map(String).join(' ')]];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([key, one]) => [`${name} ${key}`, textOf(one)]);
  }
  return [[name, String(value)]];
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(' ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

function shorten(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 77)}…` : text;
  return `"${shown}"`;
}
