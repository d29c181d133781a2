import type { z } from 'zod';
import { type EngineConnection, renderEndpoint } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionContext, type ActionPlan, defineAction } from './action.ts';
import { engineConnectionOf } from './engine-connection.ts';
import { numberInput } from './inputs.ts';

const inputs = strictObject({ 'memory-mb': numberInput(0, { min: 0, max: 1_000_000_000 }) });
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly inputs: Inputs };

/**
 * `slipway/engine`: the engine of the job's host answers, speaks an API that we speak, and can run what we start on it:
 * storage that is not a copy a container, control groups, and at least `memory-mb` of memory.
 */
export const engineAction = defineAction<Inputs, Plan>({
  name: 'slipway/engine',
  description: 'Checks that the engine of a host answers and is fit for services.',
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: {
    version: 'the version of the engine',
    api: 'the API version that is used',
    storage: 'the storage driver',
    cgroups: 'the version of the control groups',
  },
  needs: ['host'],
  plan: async (_context, given) => ({
    changes: [],
    because: 'checks the engine; changes nothing',
    inputs: given,
  }),
  apply: async (context, plan) => {
    const host = context.host ?? '';
    const engine = await engineConnectionOf(context, host);
    const facts = await readFacts(engine, context);
    const problems = findProblems(facts, plan.inputs);
    const version = `${engine.version.engine}, API ${engine.version.pinnedApi}`;
    context.output(
      'stdout',
      `engine ${version} at ${renderEndpoint(engine.endpoint)}, storage ${facts.storage}, cgroups v${facts.cgroups}`,
    );
    if (problems.length > 0) {
      throw new UserError('E_ENGINE_UNFIT', `the engine of ${host} is not fit: ${problems.join('; ')}`, {
        hint: 'see `docker info` on the host; every problem is listed above',
      });
    }
    const outputs = {
      version: engine.version.engine,
      api: engine.version.pinnedApi,
      storage: facts.storage,
      cgroups: facts.cgroups,
    };
    return { changed: false, outputs };
  },
});

/** What `GET /info` says that matters here (Engine API 1.41, `SystemInfo`). */
export type EngineFacts = {
  readonly storage: string;
  readonly cgroups: string;
  readonly memoryBytes: number;
};

async function readFacts(engine: EngineConnection, context: ActionContext): Promise<EngineFacts> {
  const info = (await engine.call('tell about itself', (docker) => docker.info(), {
    signal: context.signal,
  })) as {
    readonly Driver?: string;
    readonly CgroupVersion?: string;
    readonly CgroupDriver?: string;
    readonly MemTotal?: number;
  };
  return {
    storage: info.Driver ?? 'unknown',
    cgroups: info.CgroupDriver === 'none' ? 'none' : (info.CgroupVersion ?? '1'),
    memoryBytes: info.MemTotal ?? 0,
  };
}

/** Why an engine is not fit, a part of a sentence each; none if it is. */
export function findProblems(facts: EngineFacts, given: Pick<Inputs, 'memory-mb'>): readonly string[] {
  const problems: string[] = [];
  if (facts.storage === 'vfs') {
    problems.push('its storage driver "vfs" copies every image for every container; use overlay2');
  }
  if (facts.cgroups === 'none')
    problems.push('it has no control groups, so limits and clean stops do not work');
  const megabytes = Math.floor(facts.memoryBytes / 1_000_000);
  if (megabytes < given['memory-mb']) {
    problems.push(`the host has ${megabytes} MB of memory, ${given['memory-mb']} MB are needed`);
  }
  return problems;
}
