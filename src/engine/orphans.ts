import type { Change } from '../lib/change.ts';
import type { Applied, ApplyPorts } from './apply-ports.ts';
import { type HostFacts, isOurs } from './facts.ts';
import { baseNameOf, containerOfRecord, labels, type Role } from './labels.ts';
import type { ContainerFact, Engine } from './port.ts';

/** What of a site is to be taken from a host. */
export type RemovalPlan = {
  readonly host: string;
  readonly containers: readonly {
    readonly id: string;
    readonly name: string;
    readonly running: boolean;
  }[];
  readonly volumes: readonly string[];
  /** Data that is left where it is; people decide. */
  readonly keptVolumes: readonly string[];
  readonly changes: readonly Change[];
};

/**
 * Plans the removal of the site's containers that nothing wants any more, with their records. Volumes with data are
 * kept and named. `wanted` holds the names on the engine of all containers and one-shots that the site has on this
 * host. Pure.
 */
export function planOrphans(facts: HostFacts, wanted: ReadonlySet<string>): RemovalPlan {
  const isWanted = (name: string) => wanted.has(baseNameOf(name));
  const used = [...facts.containers.values()].filter((fact) => isOurs(facts, fact) && isWanted(fact.name));
  const usedBy = new Set(used.map((fact) => fact.labels[labels.container]));
  const plan = planRemoval(facts, {
    container: (fact) => !isWanted(fact.name),
    volume: (name, role) => role !== 'data' && !isWanted(containerOfRecord(name)),
    reason: 'nothing in the site wants it any more',
  });
  const unused = (name: string) => !usedBy.has(facts.volumes.get(name)?.labels[labels.container]);
  return { ...plan, keptVolumes: plan.keptVolumes.filter(unused) };
}

/** Plans the removal of everything that a site has on a host; the volumes with data too where `data` is `remove`. */
export function planDestroy(facts: HostFacts, options: { readonly data: 'keep' | 'remove' }): RemovalPlan {
  return planRemoval(facts, {
    container: () => true,
    volume: (_name, role) => role !== 'data' || options.data === 'remove',
    reason: 'the site is taken away',
  });
}

/** Performs a removal: stops what runs, in its own time, removes it, then the volumes. */
export async function applyRemoval(engine: Engine, plan: RemovalPlan, ports: ApplyPorts): Promise<Applied> {
  const told = new Map(plan.changes.map((change) => [change.target, change]));
  const tell = (target: string) => {
    const change = told.get(target);
    if (change) ports.applied(change);
  };
  if (plan.changes.length > 0) await ports.guard?.();
  for (const { id, name, running } of plan.containers) {
    ports.signal.throwIfAborted();
    if (running) {
      await engine.setRestartPolicy(id, 'no');
      await engine.stopContainer(id);
    }
    await engine.removeContainer(id);
    tell(containerTarget(name));
  }
  for (const name of plan.volumes) {
    await engine.removeVolume(name);
    tell(volumeTarget(name));
  }
  return { changed: plan.changes.length > 0 };
}

type Selection = {
  readonly container: (fact: ContainerFact) => boolean;
  readonly volume: (name: string, role: Role | undefined) => boolean;
  readonly reason: string;
};

function planRemoval(facts: HostFacts, selection: Selection): RemovalPlan {
  const containers = [...facts.containers.values()]
    .filter((fact) => isOurs(facts, fact) && fact.labels[labels.role] !== 'lock' && selection.container(fact))
    .map((fact) => ({
      id: fact.id,
      name: fact.name,
      running: fact.status === 'running' || fact.status === 'restarting',
    }));
  const volumes: string[] = [];
  const keptVolumes: string[] = [];
  for (const { name, labels: marks } of facts.volumes.values()) {
    const role = marks[labels.role] as Role | undefined;
    if (selection.volume(name, role)) volumes.push(name);
    else if (role === 'data') keptVolumes.push(name);
  }
  const remove = (target: string): Change => ({
    host: facts.host,
    target,
    kind: 'remove',
    reasons: [selection.reason],
  });
  const changes = [
    ...containers.map((one) => remove(containerTarget(one.name))),
    ...volumes.map((name) => remove(volumeTarget(name))),
  ];
  return { host: facts.host, containers, volumes, keptVolumes, changes };
}

function containerTarget(name: string): string {
  return `container ${name}`;
}

function volumeTarget(name: string): string {
  return `volume ${name}`;
}
