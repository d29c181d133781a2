import type { ContainerSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { type HostFacts, isOurs } from './facts.ts';
import { appliedVolume, changingVolume, labels, namesOf, readMapLabel } from './labels.ts';
import { explainOptions, summarizeOptions } from './option-summary.ts';
import type { ContainerFact, VolumeFact } from './port.ts';

/** A spec beside the containers that hold its name and the names that its replacement goes through. */
export type ContainerPair = {
  readonly spec: ContainerSpec;
  readonly facts: HostFacts;
  readonly names: ReturnType<typeof namesOf>;
  readonly current: ContainerFact | undefined;
  readonly next: ContainerFact | undefined;
  readonly previous: ContainerFact | undefined;
  readonly check: ContainerFact | undefined;
  readonly probe: ContainerFact | undefined;
  /** True if the kept container is just what the spec wants. */
  readonly previousMatches: boolean;
};

/** Finds the containers of a spec. Throws E_NAME_FOREIGN. */
export function readPair(spec: ContainerSpec, facts: HostFacts): ContainerPair {
  const names = namesOf(spec.name);
  const find = (name: string) => ownedContainer(facts, name);
  const pair = {
    spec,
    facts,
    names,
    current: find(spec.name),
    next: find(names.next),
    previous: find(names.previous),
    check: find(names.check),
    probe: find(names.probe),
  };
  const { previous } = pair;
  const matches = previous !== undefined && isMatch(spec, facts, previous);
  return { ...pair, previousMatches: matches };
}

/** The container of this name if it is the site's. Throws E_NAME_FOREIGN if it is somebody else's. */
export function ownedContainer(facts: HostFacts, name: string): ContainerFact | undefined {
  const fact = facts.containers.get(name);
  if (!fact || isOurs(facts, fact)) return fact;
  const site = fact.labels[labels.site];
  const owner = site === undefined ? 'was not made by Slipway' : `belongs to the site "${site}"`;
  throw new UserError('E_NAME_FOREIGN', `${facts.host}: the container ${name} exists and ${owner}`, {
    hint: 'remove or rename it, or give this site another container_prefix in globals.yml',
  });
}

/** Why a container is not what the spec wants; both empty if it is. */
export function explain(
  pair: Pick<ContainerPair, 'spec' | 'facts'>,
  fact: ContainerFact,
): { readonly engine: string[]; readonly config: string[] } {
  const { spec, facts } = pair;
  const engineSame = fact.labels[labels.engineHash] === spec.engineHash;
  const options = engineSame
    ? []
    : explainOptions(readMapLabel(fact, labels.options), summarizeOptions(spec));
  const engine = engineSame || options.length > 0 ? options : ['the way options are hashed changed'];
  if (isChanging(facts, fact, spec.name))
    return { engine, config: ['its last change of configuration was cut off'] };
  const applied = appliedConfig(facts, fact, spec.name);
  if (applied.labels[labels.configHash] === spec.configHash) return { engine, config: [] };
  return { engine, config: explainFiles(readMapLabel(applied, labels.files), spec) };
}

/** The records of what the containers of this name have taken. */
export function recordsOf(pair: Pick<ContainerPair, 'spec' | 'facts'>): VolumeFact[] {
  const { name } = pair.spec;
  return [appliedVolume(name), changingVolume(name)].flatMap((one) => pair.facts.volumes.get(one) ?? []);
}

/** How long a replaced or restarted container is away, as a plan prints it. */
export function gapOf(spec: ContainerSpec): string {
  const until = spec.options.healthcheck ? 'until it is healthy' : 'until it runs';
  const stop = spec.options.stopGraceSeconds;
  return `up to ${stop} s to stop, then ${until} (at most ${spec.proveTimeoutSeconds} s)`;
}

function isMatch(spec: ContainerSpec, facts: HostFacts, fact: ContainerFact): boolean {
  const why = explain({ spec, facts }, fact);
  return why.engine.length === 0 && why.config.length === 0;
}

/**
 * What carries the hashes of the configuration that a container has taken: the record, if it speaks of this very
 * container, else the container's own labels from when it was made.
 */
function appliedConfig(facts: HostFacts, fact: ContainerFact, name: string): Pick<ContainerFact, 'labels'> {
  const record = facts.volumes.get(appliedVolume(name));
  return record?.labels[labels.containerId] === fact.id ? record : fact;
}

/** True if a change of this very container's configuration was begun and not recorded: nobody knows what it has. */
function isChanging(facts: HostFacts, fact: ContainerFact, name: string): boolean {
  return facts.volumes.get(changingVolume(name))?.labels[labels.containerId] === fact.id;
}

function explainFiles(before: Readonly<Record<string, string>>, spec: ContainerSpec): string[] {
  const after = spec.fileHashes ?? {};
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const reasons = paths.flatMap((path) => {
    const was = before[path];
    const is = after[path]?.slice(0, 16);
    if (was === is) return [];
    if (was === undefined) return [`${path} is added`];
    return [is === undefined ? `${path} is removed` : `${path} changes`];
  });
  return reasons.length > 0 ? reasons : ['the configuration changes'];
}
