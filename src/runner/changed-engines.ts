import type { Action } from '../actions/index.ts';
import type { RunPlan, Step } from '../pipeline/model.ts';

/**
 * The hosts whose engines a plan may change, in the order of `hosts`: those of jobs with an action that changes engines,
 * and all of them where such a stage is planned only when it is reached, or delegates steps to other hosts.
 */
export function enginesChangedBy(
  plan: RunPlan,
  actions: ReadonlyMap<string, Action>,
  hosts: readonly string[],
): readonly string[] {
  const found = new Set<string>();
  collect(plan, { actions, hosts, found, caller: undefined });
  return hosts.filter((host) => found.has(host));
}

type Search = {
  readonly actions: ReadonlyMap<string, Action>;
  readonly hosts: readonly string[];
  readonly found: Set<string>;
  readonly caller: string | undefined;
};

function collect(plan: RunPlan, search: Search): void {
  const { actions, hosts, found, caller } = search;
  for (const { stage, jobs } of plan.stages) {
    const { body } = stage;
    const changes = body.kind === 'steps' && hasChange(body.steps, actions);
    const delegates = changes && hasDelegate(body.steps);
    if (!('known' in jobs) || delegates) {
      if (changes || body.kind === 'pipeline') for (const host of hosts) found.add(host);
      continue;
    }
    for (const job of jobs.known) {
      const host = job.host ?? caller;
      if (changes && host !== undefined) found.add(host);
      if (job.inner) collect(job.inner, { ...search, caller: host });
      else if (body.kind === 'pipeline') for (const one of hosts) found.add(one);
    }
  }
}

function hasChange(steps: readonly Step[], actions: ReadonlyMap<string, Action>): boolean {
  return steps.some(({ body }) => {
    if (body.kind === 'action') return actions.get(body.action)?.changesEngine === true;
    return body.kind === 'composite' && hasChange(body.action.steps, actions);
  });
}

function hasDelegate(steps: readonly Step[]): boolean {
  return steps.some(
    ({ delegate, body }) =>
      delegate !== undefined || (body.kind === 'composite' && hasDelegate(body.action.steps)),
  );
}
