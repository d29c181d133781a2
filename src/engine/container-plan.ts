import type { Change, ChangeKind } from '../lib/change.ts';
import type { ContainerSpec } from '../lib/container-spec.ts';
import { type ContainerPair, explain, gapOf, readPair } from './container-pair.ts';
import {
  bringUp,
  type ContainerStep,
  clearWay,
  isWorthKeeping,
  made,
  missingVolumes,
  policy,
  prove,
  remove,
  staleRecords,
  stepAside,
} from './container-steps.ts';
import type { HostFacts } from './facts.ts';
import type { ContainerFact } from './port.ts';

/**
 * What is to be done with one container, as a list of small steps that can be cut off between any two
 * (specs/060). `finish` ends a replacement that was cut off. `none` may still have steps: waiting for health.
 */
export type ContainerPlan = {
  readonly spec: ContainerSpec;
  readonly kind: 'none' | 'create' | 'start' | 'replace' | 'restart' | 'reload' | 'finish';
  /** A sentence each, without secrets; for `none` the reason why nothing is to be done. */
  readonly reasons: readonly string[];
  readonly gap?: string;
  readonly steps: readonly ContainerStep[];
  /** The container that is put back when the new one does not prove itself. */
  readonly fallback?: string;
  /** The container whose configuration differs from what is wanted, if that is a reason of the plan. */
  readonly comparesWith?: string;
  /** The same for people: empty for `none`. */
  readonly changes: readonly Change[];
};

/**
 * Plans one container from what is on its host. Pure. Every state in which a killed run or a reboot can leave the
 * pair has its row in specs/060. Throws E_NAME_FOREIGN if a name is held by a container that is not ours.
 */
export function planContainer(spec: ContainerSpec, facts: HostFacts): ContainerPlan {
  const pair = readPair(spec, facts);
  const { current, previous } = pair;
  if (!current) {
    if (previous && pair.previousMatches) return bringBack(pair, previous);
    return replaceOrCreate(pair);
  }
  if (current.status === 'removing' || current.status === 'dead') return replaceOrCreate(pair);
  const why = explain(pair, current);
  if (why.engine.length > 0) return replacement(pair, current);
  if (why.config.length === 0) return keep(pair, current);
  const how = spec.onChange;
  // An unproven successor of a container that is still kept is not mended but replaced, so that there is a way back.
  const cannotTake = current.status !== 'running' || pair.previous !== undefined;
  if (how === 'recreate' || cannotTake) return replacement(pair, current);
  return take(pair, current, how);
}

function replacement(pair: ContainerPair, current: ContainerFact): ContainerPlan {
  return pair.previous && pair.previousMatches ? goBack(pair, current, pair.previous) : replaceOrCreate(pair);
}

/** Makes a new container; the one that is there, if any, steps aside. */
function replaceOrCreate(pair: ContainerPair): ContainerPlan {
  const { spec, current, previous, names } = pair;
  const aside = current && !previous && isWorthKeeping(current) ? current : undefined;
  const kept = previous ?? aside;
  // Stopped by a run that was cut off: renamed at once, so that it stays what can be put back.
  const early = aside?.status === 'exited' && pair.next !== undefined;
  const steps: ContainerStep[] = [
    ...(current?.status === 'running' && pair.next ? [policy(pair, current.id)] : []),
    ...(early && aside ? stepAside(aside, names.previous) : []),
    ...clearWay(pair),
    ...missingVolumes(pair),
    ...(spec.reload?.validate ? [{ do: 'check' } as const] : []),
    { do: 'make' },
    ...(current && !early ? stepAside(current, aside ? names.previous : undefined) : []),
    ...bringUp(pair, made, { rename: true }),
    ...(kept ? [remove(kept)] : []),
    ...staleRecords(pair, undefined),
  ];
  const reasons = current ? reasonsToReplace(pair, current) : reasonsToCreate(pair);
  const kind = current || previous ? 'replace' : 'create';
  return finishPlan(pair, {
    kind,
    reasons,
    steps,
    fallback: kept?.id,
    gap: current ? gapOf(spec) : undefined,
    comparesWith: current && explain(pair, current).config.length > 0 ? current.id : undefined,
  });
}

/** The operator went back to what the kept container is: no new one is needed. */
function goBack(pair: ContainerPair, current: ContainerFact, previous: ContainerFact): ContainerPlan {
  const steps: ContainerStep[] = [
    ...clearWay(pair),
    ...stepAside(current, undefined),
    ...bringUp(pair, previous.id, { rename: true }),
  ];
  const reasons = [`the container before it (${previous.name}) is what is wanted and is put back`];
  return finishPlan(pair, { kind: 'replace', reasons, steps, gap: gapOf(pair.spec) });
}

function bringBack(pair: ContainerPair, previous: ContainerFact): ContainerPlan {
  const steps = [...clearWay(pair), ...bringUp(pair, previous.id, { rename: true })];
  const reasons = [`an interrupted replacement left it as ${previous.name}: it is put back`];
  return finishPlan(pair, { kind: 'finish', reasons, steps });
}

/** It is what it should be: see that it runs and that nothing is left over. */
function keep(pair: ContainerPair, current: ContainerFact): ContainerPlan {
  const { previous, spec } = pair;
  const ending = previous ? [remove(previous)] : [];
  const fallback = previous?.id;
  const paused = current.status === 'paused';
  if (paused || current.status === 'created' || current.status === 'exited') {
    const up = paused
      ? ([{ do: 'unpause', target: current.id }, prove(current.id)] as const)
      : bringUp(pair, current.id, { rename: false });
    const reasons = [paused ? 'it is paused' : `it does not run (${statusText(current)})`];
    const kind = previous || pair.next ? 'finish' : 'start';
    if (kind === 'finish') reasons.push('an interrupted replacement is finished');
    return finishPlan(pair, { kind, reasons, steps: [...up, ...clearWay(pair), ...ending], fallback });
  }
  if (previous || pair.next) {
    const steps: ContainerStep[] = [
      policy(pair, current.id),
      prove(current.id),
      ...clearWay(pair),
      ...ending,
    ];
    const reasons = ['an interrupted replacement is finished'];
    return finishPlan(pair, { kind: 'finish', reasons, steps, fallback });
  }
  const settled = current.status === 'running' && (current.health === 'healthy' || current.health === 'none');
  const reasons = [settled ? 'nothing changed' : `nothing changed; it is ${statusText(current)}`];
  const steps: ContainerStep[] = [...clearWay(pair), ...(settled ? [] : [prove(current.id)])];
  return { spec, kind: 'none', reasons, steps, changes: [] };
}

/** The running container takes the new configuration. What an interrupted replacement left is ended first. */
function take(pair: ContainerPair, current: ContainerFact, how: 'reload' | 'restart'): ContainerPlan {
  const { next, spec } = pair;
  const first: ContainerStep[] = next ? [policy(pair, current.id), ...clearWay(pair)] : clearWay(pair);
  const steps: ContainerStep[] = [
    ...first,
    ...staleRecords(pair, current),
    { do: 'take', target: current.id, how },
    prove(current.id),
    { do: 'record', target: current.id },
  ];
  const gap = how === 'restart' ? gapOf(spec) : undefined;
  const reasons = explain(pair, current).config;
  return finishPlan(pair, { kind: how, reasons, steps, gap, comparesWith: current.id });
}

function reasonsToReplace(pair: ContainerPair, current: ContainerFact): string[] {
  const why = explain(pair, current);
  const all = [...why.engine, ...why.config];
  return all.length > 0 ? all : [`it is ${statusText(current)}`];
}

function reasonsToCreate(pair: ContainerPair): string[] {
  return [pair.previous ? 'an interrupted replacement is done again' : 'it does not exist'];
}

function statusText(fact: ContainerFact): string {
  if (fact.exitCode !== undefined && fact.status !== 'running')
    return `${fact.status}, exit code ${fact.exitCode}`;
  if (fact.status !== 'running') return fact.status;
  return fact.health === 'starting' ? 'not yet healthy' : fact.health;
}

type Draft = Pick<ContainerPlan, 'kind' | 'reasons' | 'steps'> & {
  readonly fallback?: string | undefined;
  readonly gap?: string | undefined;
  readonly comparesWith?: string | undefined;
};

function finishPlan(pair: ContainerPair, draft: Draft): ContainerPlan {
  const { spec } = pair;
  const { fallback, gap, comparesWith, ...rest } = draft;
  const change: Change = {
    host: spec.host,
    target: `container ${spec.container}`,
    kind: changeKind(draft),
    reasons: draft.reasons,
    ...(gap !== undefined && { gap }),
  };
  return {
    spec,
    ...rest,
    ...(gap !== undefined && { gap }),
    ...(fallback !== undefined && { fallback }),
    ...(comparesWith !== undefined && { comparesWith }),
    changes: [change],
  };
}

function changeKind(draft: Draft): ChangeKind {
  if (draft.kind === 'none') throw new Error('a plan of kind none has no change');
  if (draft.kind !== 'finish') return draft.kind;
  return draft.steps.some((step) => step.do === 'start') ? 'start' : 'remove';
}
