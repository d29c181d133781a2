import type { ContainerSpec } from '../lib/container-spec.ts';
import { summarizeOptions } from './option-summary.ts';
import type { ContainerFact } from './port.ts';

/** The names of our labels. Only what carries `site` with our site's name is ours. */
export const labels = {
  site: 'slipway.site',
  host: 'slipway.host',
  service: 'slipway.service',
  container: 'slipway.container',
  role: 'slipway.role',
  engineHash: 'slipway.engine-hash',
  configHash: 'slipway.config-hash',
  /** JSON: option → its value, for the reasons of a plan. Options hold no secrets. */
  options: 'slipway.options',
  /** JSON: path → HMAC of the file, for the reasons of a plan. */
  files: 'slipway.files',
  /** On a record: the id of the container that it speaks of. */
  containerId: 'slipway.container-id',
  image: 'slipway.image',
  members: 'slipway.members',
  holder: 'slipway.holder',
  run: 'slipway.run',
  command: 'slipway.command',
} as const;

/**
 * What a labelled object is: a service's container, a throw-away one that checks a configuration or asks whether
 * something is done, a one-shot; a volume with data, or one that only records (`applied`, `changing`, `done`); a lock.
 */
export type Role =
  | 'service'
  | 'check'
  | 'probe'
  | 'one-shot'
  | 'data'
  | 'applied'
  | 'changing'
  | 'done'
  | 'lock';

/** The labels of a container made from a spec. */
export function containerLabels(spec: ContainerSpec, role: Role): Record<string, string> {
  return {
    ...spec.labels,
    ...ownerLabels(spec, role),
    [labels.engineHash]: spec.engineHash,
    [labels.configHash]: spec.configHash,
    [labels.options]: JSON.stringify(summarizeOptions(spec)),
    [labels.files]: JSON.stringify(shortHashes(spec)),
  };
}

/** The labels that say whose an object is. */
export function ownerLabels(spec: ContainerSpec, role: Role): Record<string, string> {
  return {
    [labels.site]: spec.site,
    [labels.host]: spec.host,
    [labels.service]: spec.service,
    [labels.container]: spec.container,
    [labels.role]: role,
  };
}

/** The labels of the record that `containerId` has taken the spec's configuration. */
export function appliedLabels(spec: ContainerSpec, containerId: string): Record<string, string> {
  return recordLabels(spec, { role: 'applied', containerId });
}

/** The labels of the record that a container is just taking the spec's configuration. */
export function changingLabels(spec: ContainerSpec, containerId: string): Record<string, string> {
  return recordLabels(spec, { role: 'changing', containerId });
}

function recordLabels(
  spec: ContainerSpec,
  { role, containerId }: { readonly role: Role; readonly containerId: string },
): Record<string, string> {
  return {
    ...ownerLabels(spec, role),
    [labels.containerId]: containerId,
    [labels.configHash]: spec.configHash,
    [labels.files]: JSON.stringify(shortHashes(spec)),
  };
}

/** The volume that records what a running container has taken. */
export function appliedVolume(containerName: string): string {
  return `slipway.applied.${containerName}`;
}

/** The volume that stands while a running container's configuration is being changed. */
export function changingVolume(containerName: string): string {
  return `slipway.changing.${containerName}`;
}

/** The name of the container that a record's volume speaks of. */
export function containerOfRecord(volume: string): string {
  return volume.replace(/^slipway\.(applied|changing|done)\./, '');
}

/** The volume that records that a one-shot is done. */
export function doneVolume(containerName: string): string {
  return `slipway.done.${containerName}`;
}

/** The names that belong to one container while it is replaced or checked. */
export function namesOf(name: string): { next: string; previous: string; check: string; probe: string } {
  return {
    next: `${name}.next`,
    previous: `${name}.previous`,
    check: `${name}.check`,
    probe: `${name}.probe`,
  };
}

/** The name of the container that a name of `namesOf` stands for. */
export function baseNameOf(name: string): string {
  return name.replace(/\.(next|previous|check|probe)$/, '');
}

/** A JSON label as a map of text; empty where it is absent or not ours. */
export function readMapLabel(fact: Pick<ContainerFact, 'labels'>, label: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(fact.labels[label] ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]));
  } catch {
    return {};
  }
}

function shortHashes(spec: ContainerSpec): Record<string, string> {
  const entries = Object.entries(spec.fileHashes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([path, hash]) => [path, hash.slice(0, 16)]));
}
