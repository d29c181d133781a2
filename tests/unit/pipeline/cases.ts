import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  hasErrors,
  type Problem,
  ProblemsError,
  problemOf,
  renderProblem,
  UserError,
} from '../../../src/lib/errors.ts';
import { readYaml, yamlData } from '../../../src/lib/yaml.ts';
import {
  type ActionInfo,
  loadPipeline,
  type PlannedStage,
  type PlanningWorld,
  planPipeline,
  type RunPlan,
} from '../../../src/pipeline/index.ts';

/** One golden case: `main.yml`, other files, inputs, and what must come of it. */
export type PipelineCase = {
  readonly name: string;
  readonly file: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly problems?: string;
  readonly plan?: string;
};

const root = resolve(import.meta.dirname, '../../cases/pipeline');

/** Every case file with its cases. */
export function pipelineCases(): readonly {
  readonly file: string;
  readonly cases: readonly PipelineCase[];
}[] {
  return readdirSync(root)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => {
      const { node } = readYaml(readFileSync(join(root, name), 'utf8'), name);
      return { file: name, cases: (node ? yamlData(node) : []) as PipelineCase[] };
    });
}

/** The built-in actions of the cases. */
export const caseActions: ReadonlyMap<string, ActionInfo> = new Map(
  [
    {
      name: 'slipway/assert',
      inputs: [
        { name: 'that', required: false },
        { name: 'message', required: true },
      ],
      outputs: [],
      needs: [],
    },
    { name: 'slipway/engine', inputs: [], outputs: ['version'], needs: ['host'] },
    { name: 'slipway/container', inputs: [], outputs: [], needs: ['site', 'host', 'service'] },
  ].map((info) => [info.name, info as ActionInfo]),
);

const hosts = ['c1', 'c2', 'c3'];
const groups: Readonly<Record<string, readonly string[]>> = {
  all: hosts,
  control: ['c1', 'c2'],
  data: ['c3'],
};

/** The world of the cases: three hosts in groups, four services. */
export const caseWorld: PlanningWorld = {
  hosts,
  selectHosts: (pattern) => {
    const chosen = new Set(
      pattern.split(',').flatMap((name) => {
        const found = groups[name] ?? (hosts.includes(name) ? [name] : undefined);
        if (!found) throw new UserError('E_USAGE', `no host matches "${name}"`);
        return found;
      }),
    );
    return hosts.filter((name) => chosen.has(name));
  },
  services: [
    { name: 'loadbalancer', needs: [] },
    { name: 'mariadb', needs: ['loadbalancer'] },
    { name: 'memcached', needs: [] },
    { name: 'keystone', needs: ['mariadb', 'memcached'] },
  ],
  cellContexts: ({ service, host }) => ({
    ...(service !== undefined && {
      service: { name: service, group: service === 'mariadb' ? 'data' : 'control' },
    }),
    ...(host !== undefined && { host: { name: host } }),
  }),
  contexts: { site: { name: 'test' }, vars: { rows: '[1]' }, globals: {} },
};

/** What comes of a case, as its files write it down. */
export function outcomeOf({
  file,
  files,
  inputs,
  world,
}: PipelineCase & { readonly world?: PlanningWorld }): { problems: string; plan: string } {
  const texts = new Map(Object.entries({ 'site/main.yml': file }));
  for (const [name, text] of Object.entries(files ?? {})) texts.set(join('site', name), text);
  const { pipeline, problems } = loadPipeline({
    file: 'site/main.yml',
    readText: (name) => texts.get(name),
    actions: caseActions,
  });
  if (!pipeline || hasErrors(problems)) return { problems: rendered(problems), plan: '' };
  try {
    const plan = planPipeline(pipeline, inputs ?? {}, world ?? caseWorld);
    return { problems: rendered(problems), plan: renderedPlan(plan, '') };
  } catch (error) {
    if (error instanceof ProblemsError)
      return { problems: rendered([...problems, ...error.problems]), plan: '' };
    if (error instanceof UserError) return { problems: rendered([...problems, problemOf(error)]), plan: '' };
    throw error;
  }
}

function rendered(problems: readonly Problem[]): string {
  return problems.map((one) => `${renderProblem(one, () => undefined).replaceAll('site/', '')}\n`).join('');
}

function renderedPlan(plan: RunPlan, indent: string): string {
  const inputs = Object.entries(plan.inputs).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const head = inputs.length > 0 ? `${indent}inputs ${inputs.join(' ')}\n` : '';
  return head + plan.stages.map((stage) => renderedStage(stage, indent)).join('');
}

function renderedStage({ stage, title, jobs }: PlannedStage, indent: string): string {
  const name = title === stage.id ? stage.id : `${stage.id} "${title}"`;
  if ('after' in jobs)
    return `${indent}${name}: known after ${jobs.after.join(', ') || 'the job is reached'}\n`;
  const lines = jobs.known.map((job) => {
    const after = job.after.length > 0 ? ` after ${job.after.join(' ')}` : '';
    const inner = job.inner ? renderedPlan(job.inner, `${indent}    `) : '';
    const late = stage.body.kind === 'pipeline' && !job.inner ? ' (inputs known when it is reached)' : '';
    return `${indent}  - ${job.key || '(one job)'}${after}${late}\n${inner}`;
  });
  return `${indent}${name}:\n${lines.join('')}`;
}
