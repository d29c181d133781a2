import { type HostFacts, isOurs, labels, planContainer } from '../../engine/index.ts';
import type { ContainerSpec } from '../../lib/container-spec.ts';
import { UserError } from '../../lib/errors.ts';

/** One container of a site on one host, as it is and as it should be. */
export type StatusRow = {
  readonly host: string;
  readonly service: string;
  readonly container: string;
  /** The name on the engine. */
  readonly name: string;
  readonly image: string;
  /** The engine's word for its state; `absent` where it should be and is not. */
  readonly state: string;
  readonly health: string;
  readonly ageSeconds?: number;
  /** `none`, `unknown` (its definition could not be worked out), or what a deployment would do. */
  readonly drift: string;
  readonly reasons: readonly string[];
  readonly isWell: boolean;
};

/**
 * The rows of one host: what its services want, then what is there beside it (`orphan`). `wanted` is undefined where
 * the services' definitions could not be worked out; then what is there is all that is told.
 */
export function statusRows(
  facts: HostFacts,
  wanted: readonly ContainerSpec[] | undefined,
  nowMs: number,
): StatusRow[] {
  const specs = wanted ?? [];
  const rows = specs.map((spec) => rowOf(spec, facts, nowMs));
  const named = new Set(specs.map((spec) => spec.name));
  for (const fact of facts.containers.values()) {
    if (!isOurs(facts, fact) || named.has(fact.name) || fact.labels[labels.role] !== 'service') continue;
    rows.push({
      ...describeFact(fact, nowMs),
      host: facts.host,
      service: fact.labels[labels.service] ?? '?',
      container: fact.labels[labels.container] ?? fact.name,
      drift: wanted === undefined ? 'unknown' : 'orphan',
      reasons: wanted === undefined ? [] : ['no service of the site wants it'],
    });
  }
  return rows;
}

function rowOf(spec: ContainerSpec, facts: HostFacts, nowMs: number): StatusRow {
  const { host, service, container, name } = spec;
  const fact = facts.containers.get(name);
  const described =
    fact && isOurs(facts, fact)
      ? { ...describeFact(fact, nowMs), image: imageOf(fact, spec) }
      : { name, image: spec.image.reference, state: 'absent', health: '-', isWell: false };
  return { host, service, container, ...described, ...driftOf(spec, facts) };
}

/** The reference of the image that is wanted, if the container has that one, else what the engine calls its own. */
function imageOf(fact: Fact, spec: ContainerSpec): string {
  const isWanted = fact.image === spec.image.reference || fact.imageId === spec.image.id;
  return isWanted ? spec.image.reference : shortDigest(fact.image);
}

/** `sha256:` and twelve digits, as the engine's own tools have it. */
function shortDigest(image: string): string {
  return image.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}

type Fact = HostFacts['containers'] extends ReadonlyMap<string, infer F> ? F : never;

function describeFact(fact: Fact, nowMs: number) {
  const isWell = fact.status === 'running' && (fact.health === 'healthy' || fact.health === 'none');
  return {
    name: fact.name,
    image: shortDigest(fact.image),
    state: fact.exitCode === undefined ? fact.status : `${fact.status} (${fact.exitCode})`,
    health: fact.health === 'none' ? '-' : fact.health,
    ageSeconds: Math.max(0, Math.round((nowMs - fact.createdAtMs) / 1000)),
    isWell,
  };
}

function driftOf(spec: ContainerSpec, facts: HostFacts): Pick<StatusRow, 'drift' | 'reasons'> {
  try {
    const plan = planContainer(spec, facts);
    return { drift: plan.kind, reasons: plan.kind === 'none' ? [] : plan.reasons };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { drift: 'blocked', reasons: [error.message] };
  }
}
