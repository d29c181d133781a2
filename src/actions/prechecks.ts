import { z } from 'zod';
import { type HostFacts, isOurs } from '../engine/index.ts';
import { interfacesOf, readCommand, systemFactsOf } from '../hosts/index.ts';
import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import { strictObject } from '../lib/schema.ts';
import type { ServicePlan } from '../services/index.ts';
import { isInSubnet, type Site } from '../site/index.ts';
import { type ActionContext, type ActionPlan, defineAction } from './action.ts';
import { deploymentOf, engineHere, factsOf } from './deployment.ts';
import { missingImages } from './images.ts';
import { numberInput } from './inputs.ts';
import { listeners, portProblems } from './ports-in-use.ts';
import { virtualAddressProblems } from './virtual-address.ts';

const inputs = strictObject({
  before: z.enum(['bootstrap', 'deploy']).default('deploy'),
  'memory-mb': numberInput(1024, { min: 0, max: 10_000_000 }),
  'disk-mb': numberInput(2048, { min: 0, max: 1_000_000_000 }),
});
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly given: Inputs };

/**
 * `slipway/prechecks`: looks at the job's host and says everything that would keep a deployment from working, in one
 * go. `before: bootstrap` leaves out what bootstrap supplies: a missing engine is a note there.
 */
export const prechecksAction = defineAction<Inputs, Plan>({
  name: 'slipway/prechecks',
  description: 'Finds every problem of a host before anything is changed on it.',
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: { problems: 'how many problems there are' },
  needs: ['site', 'host'],
  plan: async (_context, given) => ({ changes: [], because: 'looks at the host; changes nothing', given }),
  apply: async (context, { given }) => {
    const host = context.host ?? '';
    const { world } = await deploymentOf(context);
    const connection = await context.connect(host);
    const engine = await engineProblems(context, host, given);
    const problems = [
      ...engine.problems,
      ...(await resourceProblems(context, connection, { ...given, runs: hasServices(engine.facts) })),
      ...(await addressProblems(context, { site: world.site, host, connection })),
    ];
    if (given.before === 'deploy' && engine.facts)
      problems.push(...(await serviceProblems(context, { host, connection, facts: engine.facts })));
    for (const problem of problems) context.output('stderr', `${host}: ${problem}\n`);
    if (problems.length > 0) {
      const list = problems.map((one) => `\n  - ${one}`).join('');
      throw new UserError(
        'E_PRECHECK',
        `${host} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:${list}`,
        {
          hint: 'mend all of them, then run it again: nothing was changed',
        },
      );
    }
    context.output('stdout', `${host}: no problem found\n`);
    return { changed: false, outputs: { problems: '0' } };
  },
});

/** True if containers of the site run on the host: they have their memory already. */
function hasServices(facts: HostFacts | undefined): boolean {
  return [...(facts?.containers.values() ?? [])].some(
    (fact) => facts !== undefined && isOurs(facts, fact) && fact.status === 'running',
  );
}

async function resourceProblems(
  context: ActionContext,
  connection: HostConnection,
  given: Inputs & { readonly runs: boolean },
): Promise<string[]> {
  const before = context.clock.now();
  const facts = await systemFactsOf(connection, { diskPath: '/var/lib' });
  const problems: string[] = [];
  const lacks = (what: string, bytes: number | undefined, wantedMb: number) => {
    if (bytes === undefined || bytes >= wantedMb * 1024 * 1024) return;
    problems.push(`${what}: ${Math.floor(bytes / 1024 / 1024)} MiB, and ${wantedMb} MiB are needed`);
  };
  if (!given.runs) lacks('memory available', facts.memoryAvailableBytes, given['memory-mb']);
  lacks('disk space free below /var/lib', facts.diskFreeBytes, given['disk-mb']);
  const offsetMs = Math.abs(facts.nowMs - (before + context.clock.now()) / 2);
  if (Number.isFinite(offsetMs) && offsetMs > 5000) {
    problems.push(
      `its clock differs by ${(offsetMs / 1000).toFixed(1)} s from this machine's: tokens need clocks that agree`,
    );
  }
  return problems;
}

async function addressProblems(
  context: ActionContext,
  at: { readonly site: Site; readonly host: string; readonly connection: HostConnection },
): Promise<string[]> {
  const { site, host, connection } = at;
  const api = site.addresses.get(host)?.api;
  if (!api) return ['it has no address in the api network: see "networks" in inventory.yml'];
  const interfaces = await interfacesOf(connection);
  const problems: string[] = [];
  const holder = interfaces.find((one) => one.addresses.some((address) => address.address === api.address));
  if (!holder) problems.push(`its api address ${api.address} is on none of its interfaces`);
  else if (!holder.up) problems.push(`its interface ${holder.name} is down`);
  const prefix =
    api.prefixLength ?? holder?.addresses.find((one) => one.address === api.address)?.prefixLength;
  const vip = site.globals.internalVip;
  if (prefix !== undefined && !isInSubnet(vip, api.address, prefix)) {
    problems.push(`the virtual address ${vip} is not in the network of ${api.address}/${prefix}`);
  }
  if (vip === api.address) problems.push(`the virtual address ${vip} is the host's own`);
  const held = [...site.inventory.hosts.keys()].some(
    (name) => site.addresses.get(name)?.api?.address === vip,
  );
  if (held && vip !== api.address) problems.push(`the virtual address ${vip} is another host's own`);
  problems.push(...(await virtualAddressProblems(context, { host, connection, interfaces })));
  return problems;
}

async function engineProblems(
  context: ActionContext,
  host: string,
  given: Inputs,
): Promise<{ readonly problems: string[]; readonly facts?: HostFacts }> {
  try {
    return { problems: [], facts: await factsOf(context, host) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (given.before === 'bootstrap') {
      context.output(
        'stdout',
        `${host}: no engine answers yet: bootstrap looks after it (${error.message})\n`,
      );
      return { problems: [] };
    }
    return { problems: [`${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`] };
  }
}

async function serviceProblems(
  context: ActionContext,
  at: { readonly host: string; readonly connection: HostConnection; readonly facts: HostFacts },
): Promise<string[]> {
  const { world, planOf } = await deploymentOf(context);
  const engine = await engineHere(context, at.host);
  const problems: string[] = [];
  const wanted: ServicePlan[] = [];
  for (const service of world.enabled) {
    try {
      const plan = planOf(service.name);
      wanted.push(plan);
      const missing = await missingImages(plan, { engine, facts: at.facts });
      if (world.site.globals.registry !== undefined) continue;
      for (const image of missing) {
        problems.push(
          `the image ${image.reference}, which ${service.name} needs, is not built: slipway build`,
        );
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(`${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`);
    }
  }
  const inUse = await listeners((argv) => readCommand(at.connection, argv));
  problems.push(...portProblems(wanted, inUse, at));
  return [...new Set(problems)];
}
