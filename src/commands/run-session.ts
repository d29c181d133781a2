import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builtinActions, describeAction, engineConnectionOf, provideDeployment } from '../actions/index.ts';
import { engineOf, runLocks } from '../engine/index.ts';
import { openHosts } from '../hosts/index.ts';
import { type Problem, throwOnErrors, UserError } from '../lib/errors.ts';
import {
  loadPipeline,
  type Pipeline,
  type PlanningWorld,
  planJobs,
  planPipeline,
  type RunPlan,
} from '../pipeline/index.ts';
import {
  createEvaluator,
  createMasker,
  createResources,
  createRunId,
  enginesChangedBy,
  type Masker,
  type RunLocks,
  type RunPorts,
  type RunRequest,
} from '../runner/index.ts';
import { createWorld, servicePlanner } from '../services/index.ts';
import type { CommandArguments, CommandContext, CommandOption } from './context.ts';
import { siteOption } from './context.ts';
import { findPipeline } from './find-pipeline.ts';
import { readKeyValues } from './key-values.ts';
import { type OpenedSite, openSite, readText } from './open-site.ts';
import { contextShapes, type RunWorld, runContexts, worldOf } from './run-world.ts';
import { realPath, siteOf } from './site-place.ts';

/** What `slipway run` and `slipway plan` choose by. */
export const runOptions: readonly CommandOption[] = [
  siteOption,
  { name: 'input', value: 'NAME=VALUE', many: true, summary: 'an input of the pipeline' },
  { name: 'services', value: 'PATTERN', summary: 'the same as --input services=PATTERN' },
  { name: 'host', value: 'PATTERN', summary: 'only these hosts, wherever a stage has hosts' },
  { name: 'set', value: 'NAME=VALUE', many: true, summary: 'a variable, above all that the site says' },
];

/** A run made ready: everything is read and planned, nothing has happened. `close` takes its files away. */
export type RunSession = {
  readonly plan: RunPlan;
  readonly masker: Masker;
  readonly opened: OpenedSite | undefined;
  readonly notes: readonly Problem[];
  /** Where `.slipway/` is. */
  readonly base: string;
  readonly runId: string;
  readonly ports: (more: Pick<RunPorts, 'emit'>) => RunPorts;
  readonly request: (more: Partial<RunRequest>) => RunRequest;
  readonly close: () => void;
};

/** Reads the pipeline and the site, if there is one, and plans. Throws every problem of every file at once. */
export async function prepareRun(args: CommandArguments, context: CommandContext): Promise<RunSession> {
  const directory = siteOf(args, context);
  const opened = directory === undefined ? undefined : await openRunSite(args, context);
  const [name = ''] = args.positionals;
  const file = findPipeline(name, { cwd: context.cwd, site: directory, toolRoot: context.toolRoot });
  const { pipeline, notes } = readPipelineFile(file, { directory, opened, context });
  const runId = createRunId(context.clock.now(), Math.random);
  const base = directory ?? context.cwd;
  const world = worldOf(opened, { hostPattern: args.text('host'), workspace: base });
  const contexts = runContexts(opened, { runId, context });
  const planning = { ...world.planning, contexts: { ...world.planning.contexts, ...contexts.planning } };
  const plan = planPipeline(pipeline, givenInputs(pipeline, args), planning);
  const masker = createMasker(contexts.secretValues);
  const resources = createResources();
  if (opened) provideDeployment(resources, deploymentParts(opened));
  const scratch = mkdtempSync(join(context.env['TMPDIR'] || '/tmp', 'slipway-run-'));
  const parts = { args, context, opened, world, planning, resources, runId, scratch, base };
  const lockHosts = enginesChangedBy(plan, builtinActions, planning.hosts);
  const { signal } = context;
  const own = { plan, runId, masker, resources, contexts: contexts.all, signal, lockHosts };
  return {
    plan,
    masker,
    opened,
    notes,
    base,
    runId,
    ports: ({ emit }) => portsOf(parts, emit),
    request: (more) => ({ ...own, ...more }),
    close: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function openRunSite(args: CommandArguments, context: CommandContext): Promise<OpenedSite> {
  const set = readKeyValues('set', args.all('set'));
  return openSite(args, context, { secrets: 'open', facts: true, set });
}

type SessionParts = {
  readonly args: CommandArguments;
  readonly context: CommandContext;
  readonly opened: OpenedSite | undefined;
  readonly world: RunWorld;
  readonly planning: PlanningWorld;
  readonly resources: ReturnType<typeof createResources>;
  readonly runId: string;
  readonly scratch: string;
  readonly base: string;
};

function portsOf(parts: SessionParts, emit: RunPorts['emit']): RunPorts {
  const { args, context, opened, world, planning, resources, runId, scratch, base } = parts;
  const { connect } = opened?.hosts ?? openHosts({ hosts: new Map(), env: context.env });
  return {
    connect,
    actions: builtinActions,
    site: opened?.site,
    contextsFor: async (job) => world.contextsOf(job),
    planPipeline: (inner, { inputs, contexts }) =>
      planPipeline(inner, inputs, { ...planning, contexts: { ...planning.contexts, ...contexts } }),
    planJobs: (stage, scope) => planJobs(stage, scope, planning),
    evaluate: createEvaluator(world.planning.functions),
    clock: context.clock,
    emit,
    scratch,
    workspace: base,
    env: definedOnly(context.env),
    approve: async (question) => /^y(?:es)?$/i.test((await context.ask(`${question} [y/N] `))?.trim() ?? ''),
    ...(opened && { locks: locksOf(opened, { args, context, runId, resources, connect }) }),
  };
}

type FileSetting = {
  readonly directory: string | undefined;
  readonly opened: OpenedSite | undefined;
  readonly context: CommandContext;
};

function readPipelineFile(
  file: string,
  { directory, opened, context }: FileSetting,
): { readonly pipeline: Pipeline; readonly notes: readonly Problem[] } {
  const { pipeline, problems } = loadPipeline({
    file,
    readText: (path) => readText(resolve(context.cwd, path)),
    realPath: (path) => realPath(resolve(context.cwd, path)),
    roots: [...(directory === undefined ? [] : [directory]), join(context.toolRoot, 'pipelines')],
    actions: new Map([...builtinActions].map(([name, action]) => [name, describeAction(action)])),
    shapes: contextShapes(opened),
  });
  throwOnErrors(problems);
  if (!pipeline) throw new UserError('E_FILE_NOT_FOUND', `there is no file "${file}"`);
  return { pipeline, notes: problems };
}

function givenInputs(pipeline: Pipeline, args: CommandArguments): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = Object.fromEntries(readKeyValues('input', args.all('input')));
  const services = args.text('services');
  if (services === undefined) return given;
  if (!pipeline.inputs.some((input) => input.name === 'services')) {
    throw new UserError('E_USAGE', `${pipeline.name} has no input "services" for --services`, {
      hint: `its inputs: ${pipeline.inputs.map((input) => input.name).join(', ') || 'none'}`,
    });
  }
  return { ...given, services };
}

type LockSetting = {
  readonly args: CommandArguments;
  readonly context: CommandContext;
  readonly runId: string;
  readonly resources: ReturnType<typeof createResources>;
  readonly connect: RunPorts['connect'];
};

function locksOf(opened: OpenedSite, { args, context, runId, resources, connect }: LockSetting): RunLocks {
  const who = `${context.env['USER'] || 'someone'}@${context.env['HOSTNAME'] || 'control machine'}, process ${context.runtime.pid}`;
  return runLocks({
    site: opened.site.name,
    holder: { who, run: runId, command: `slipway run ${args.positionals.join(' ')}` },
    clock: context.clock,
    engine: async (host) => engineOf(await engineConnectionOf({ connect, shared: resources }, host)),
  });
}

function definedOnly(env: CommandContext['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function deploymentParts({ site, catalogue }: OpenedSite): Parameters<typeof provideDeployment>[1] {
  const world = createWorld(site, catalogue);
  return { world, planOf: servicePlanner(world, readText) };
}
