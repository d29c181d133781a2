import type { Change } from '../lib/change.ts';
import type { OneShotSpec } from '../lib/container-spec.ts';
import { namedVolumes } from './container-config.ts';
import { ownedContainer } from './container-pair.ts';
import type { HostFacts } from './facts.ts';
import { doneVolume, labels, namesOf } from './labels.ts';

const configChanged = 'its configuration changed';

/** What is to be done about a one-shot. `none` needs no call at all. */
export type OneShotPlan = {
  readonly oneShot: OneShotSpec;
  readonly kind: 'none' | 'run';
  readonly reasons: readonly string[];
  /** Of an earlier run that was cut off: `running` is waited for before anything else. */
  readonly leftovers: readonly { readonly id: string; readonly running: boolean }[];
  readonly missingVolumes: readonly string[];
  readonly changes: readonly Change[];
};

/**
 * Plans a one-shot from the record that it leaves on its host: a labelled volume. Pure. Throws E_NAME_FOREIGN.
 * Where the record is lost the service's own data is asked (`done`), so that a plan may say `run` and its
 * performance finds that nothing is to be done.
 */
export function planOneShot(oneShot: OneShotSpec, facts: HostFacts): OneShotPlan {
  const { spec } = oneShot;
  const own = ownedContainer(facts, spec.name);
  const probe = ownedContainer(facts, namesOf(spec.name).probe);
  const leftovers = [
    ...(own ? [{ id: own.id, running: own.status === 'running' }] : []),
    ...(probe ? [{ id: probe.id, running: false }] : []),
  ];
  const because = whyToRun(oneShot, facts);
  const nothing = because === undefined && leftovers.length === 0;
  const reasons = [because ?? (nothing ? 'it is done' : 'a run of it was cut off')];
  const change: Change = { host: spec.host, target: `one-shot ${spec.container}`, kind: 'run', reasons };
  return {
    oneShot,
    kind: nothing ? 'none' : 'run',
    reasons,
    leftovers,
    missingVolumes: namedVolumes(spec).filter((name) => !facts.volumes.has(name)),
    changes: nothing ? [] : [change],
  };
}

/** True where the record says that something else was brought about: then the service's data need not be asked. */
export function bringsOther(plan: OneShotPlan): boolean {
  return plan.reasons.includes(configChanged);
}

/** The image of a one-shot as its record names it. */
export function oneShotImage(oneShot: OneShotSpec): string {
  const { image } = oneShot.spec;
  return image.id ?? image.reference;
}

function whyToRun(oneShot: OneShotSpec, facts: HostFacts): string | undefined {
  const record = facts.volumes.get(doneVolume(oneShot.spec.name));
  if (!record) return 'there is no record that it is done';
  switch (oneShot.when) {
    case 'install':
      return undefined;
    case 'image-changed':
      return record.labels[labels.image] === oneShotImage(oneShot) ? undefined : 'its image changed';
    case 'members-changed':
      return record.labels[labels.members] === oneShot.membersHash
        ? undefined
        : 'the members of the group changed';
    case 'config-changed':
      return record.labels[labels.members] === oneShot.membersHash ? undefined : configChanged;
    default:
      return oneShot.when satisfies never;
  }
}
