import { namedVolumes } from './container-config.ts';
import { type ContainerPair, recordsOf } from './container-pair.ts';
import { labels } from './labels.ts';
import type { ContainerFact, RestartPolicy } from './port.ts';

/** `target` is a container's id, or `made`: the one that the step `make` of this plan created. */
export type ContainerStep =
  | { readonly do: 'volume'; readonly name: string }
  | { readonly do: 'check' }
  | { readonly do: 'make' }
  | { readonly do: 'drain' }
  | { readonly do: 'policy'; readonly target: string; readonly policy: RestartPolicy }
  | { readonly do: 'stop'; readonly target: string }
  | { readonly do: 'unpause'; readonly target: string }
  | { readonly do: 'rename'; readonly target: string; readonly to: string }
  | { readonly do: 'start'; readonly target: string }
  | { readonly do: 'prove'; readonly target: string }
  | { readonly do: 'take'; readonly target: string; readonly how: 'reload' | 'restart' }
  | { readonly do: 'record'; readonly target: string }
  | { readonly do: 'forget'; readonly name: string }
  | { readonly do: 'remove'; readonly target: string; readonly name: string };

/** The container that a plan's own `make` creates. */
export const made = 'made';

/** Forgets records that speak of other containers than `kept`: they would hold the place of its own. */
export function staleRecords(pair: ContainerPair, kept: ContainerFact | undefined): ContainerStep[] {
  return recordsOf(pair)
    .filter((record) => kept === undefined || record.labels[labels.containerId] !== kept.id)
    .map((record) => ({ do: 'forget', name: record.name }));
}

/** Removes what a cut-off run left and nobody uses: half-made and throw-away containers. */
export function clearWay(pair: ContainerPair): ContainerStep[] {
  return [pair.next, pair.check, pair.probe].flatMap((one) => (one ? [remove(one)] : []));
}

/** Makes the named volumes that are not there. */
export function missingVolumes(pair: ContainerPair): ContainerStep[] {
  return namedVolumes(pair.spec)
    .filter((name) => !pair.facts.volumes.has(name))
    .map((name) => ({ do: 'volume', name }));
}

/** Takes a container from its place: to `keptName`, or away where it is not worth keeping. */
export function stepAside(current: ContainerFact, keptName: string | undefined): ContainerStep[] {
  const target = current.id;
  const paused: ContainerStep[] = current.status === 'paused' ? [{ do: 'unpause', target }] : [];
  const runs = current.status === 'running' || current.status === 'restarting' || current.status === 'paused';
  const stop: ContainerStep[] = runs
    ? [{ do: 'drain' }, ...paused, { do: 'policy', target, policy: 'no' }, { do: 'stop', target }]
    : [];
  if (keptName === undefined) return [...stop, remove(current)];
  return [...stop, { do: 'rename', target, to: keptName }];
}

/** From made to proven, under the final name. */
export function bringUp(
  pair: ContainerPair,
  target: string,
  how: { readonly rename: boolean },
): ContainerStep[] {
  return [
    ...(how.rename ? [{ do: 'rename', target, to: pair.spec.name } as const] : []),
    policy(pair, target),
    { do: 'start', target },
    prove(target),
  ];
}

/** A container that ran, or that was stopped, can be put back. One in a crash loop, or never started, can't. */
export function isWorthKeeping(current: ContainerFact): boolean {
  return current.status === 'running' || current.status === 'paused' || current.status === 'exited';
}

/** Sets the restart policy that the spec wants. */
export function policy(pair: ContainerPair, target: string): ContainerStep {
  return { do: 'policy', target, policy: pair.spec.options.restart };
}

/** Watches a container until it has shown that it is well. */
export function prove(target: string): ContainerStep {
  return { do: 'prove', target };
}

/** Removes a container. */
export function remove(fact: ContainerFact): ContainerStep {
  return { do: 'remove', target: fact.id, name: fact.name };
}
