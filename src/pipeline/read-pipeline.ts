import { type Problem, problem } from '../lib/errors.ts';
import type { YamlNode } from '../lib/yaml.ts';
import { checkExpressions, type Known } from './check-expressions.ts';
import { Fields } from './fields.ts';
import { checkNeeds } from './graph.ts';
import { keysOf } from './keys/index.ts';
import type { Concurrency, Pipeline, Stage } from './model.ts';
import { readInputs } from './read-inputs.ts';
import { readDefaults, readStage } from './read-stage.ts';
import { defined } from './read-step.ts';
import { type Reading, templateOf, wrongKind } from './source.ts';
import type { UseResolver } from './uses.ts';

/** How many stages a file may have. */
export const stageLimit = 2_000;

/** What reading takes beside the file: what `uses` names, and what is known of actions and contexts. */
export type ReadTools = UseResolver & Pick<Known, 'actions' | 'shapes'>;

/** Reads the tree of a pipeline file. What could be read is returned; `problems` go into the reading. */
export function readPipeline(node: YamlNode, reading: Reading, tools: ReadTools): Pipeline | undefined {
  const fields = new Fields(node, 'file', { reading, where: '' });
  if (node.kind !== 'map') return undefined;
  const start = readStart(fields);
  const stages = readStages(fields, tools);
  const optional = { runName: fields.template('run-name'), concurrency: readConcurrency(fields) };
  const pipeline: Pipeline = {
    file: reading.file,
    name: fields.text('name') ?? baseName(reading.file),
    kind: reading.kind === 'workflow' ? 'workflow' : 'pipeline',
    env: fields.templates('env'),
    defaults: readDefaults(fields),
    stages,
    ...start,
    ...defined(optional),
  };
  const known = { inputs: pipeline.inputs, stages, actions: tools.actions, shapes: tools.shapes };
  reading.problems.push(...checkExpressions(reading, known));
  return pipeline;
}

type Start = Pick<Pipeline, 'inputs' | 'secrets' | 'outputs' | 'startedBy'>;

function readStart(fields: Fields): Start {
  const node = fields.node('on');
  const nothing: Start = { inputs: [], secrets: [], outputs: {}, startedBy: ['dispatch', 'call'] };
  if (!node) return nothing;
  if (node.kind !== 'map') {
    const names = node.kind === 'list' ? node.items : [node];
    const startedBy = names.flatMap((one) => (one.kind === 'scalar' ? startOf(one.text) : []));
    const others = names.filter((one) => one.kind !== 'scalar' || startOf(one.text).length === 0);
    fields.spot.reading.problems.push(...others.map((one) => eventNote(one, fields)));
    return startedBy.length === 0 ? nothing : { ...nothing, startedBy };
  }
  const ours = node.entries.filter((entry) => startOf(entry.key).length > 0);
  const others = node.entries.filter((entry) => startOf(entry.key).length === 0);
  fields.spot.reading.problems.push(
    ...others.map((entry) => eventNote({ kind: 'scalar', text: entry.key, at: entry.keyAt }, fields)),
  );
  const on = new Fields({ ...node, entries: ours }, 'on', fields.below('on'));
  const dispatch = on.fields('workflow_dispatch', 'dispatch');
  const call = on.fields('workflow_call', 'call');
  const inputs = [
    ...readInputs(dispatch?.eachOf('inputs', 'input') ?? []),
    ...readInputs(call?.eachOf('inputs', 'input') ?? []),
  ];
  const startedBy = ours.flatMap((entry) => startOf(entry.key));
  return {
    inputs: inputs.filter((input, index) => inputs.findIndex((one) => one.name === input.name) === index),
    secrets: (call?.eachOf('secrets', 'call-secret') ?? []).map(({ entry, fields: secret }) => ({
      name: entry.key,
      required: secret.flag('required'),
    })),
    outputs: Object.fromEntries(
      (call?.eachOf('outputs', 'call-output') ?? []).flatMap(({ entry, fields: output }) => {
        const value = output.template('value');
        return value ? [[entry.key, value]] : [];
      }),
    ),
    startedBy: startedBy.length === 0 ? nothing.startedBy : startedBy,
  };
}

function startOf(event: string): ('dispatch' | 'call')[] {
  if (event === 'workflow_dispatch') return ['dispatch'];
  return event === 'workflow_call' ? ['call'] : [];
}

function eventNote(
  node: Pick<YamlNode, 'kind' | 'at'> & { readonly text?: string },
  fields: Fields,
): Problem {
  if (node.kind !== 'scalar') return wrongKind(node as YamlNode, fields.below('on').where, 'names of events');
  return {
    code: 'E_PIPELINE_IGNORED',
    severity: 'note',
    message: `the event "${node.text}" starts nothing here: a run is started by "slipway run"`,
    at: node.at,
  };
}

function readConcurrency(fields: Fields): Concurrency | undefined {
  const node = fields.node('concurrency');
  if (!node) return undefined;
  if (node.kind === 'scalar' && node.value !== null) {
    const row = keysOf('concurrency').find((one) => one.key === 'group');
    return row && { group: templateOf(node, row, fields.below('concurrency')), queue: 'single' };
  }
  const below = new Fields(node, 'concurrency', fields.below('concurrency'));
  const group = below.template('group');
  if (!group) return undefined;
  const cancelInProgress = below.template('cancel-in-progress');
  const queue = below.text('queue') === 'max' ? 'max' : 'single';
  return { group, queue, ...(cancelInProgress && { cancelInProgress }) };
}

function readStages(fields: Fields, tools: ReadTools): readonly Stage[] {
  const { reading } = fields.spot;
  const key = reading.kind === 'workflow' ? 'jobs' : 'stages';
  const node = fields.node(key);
  if (node?.kind !== 'map') return [];
  if (node.entries.length === 0 || node.entries.length > stageLimit) {
    const message =
      node.entries.length === 0
        ? `"${key}" is empty: there is nothing to run`
        : `there are more than ${stageLimit} ${key}`;
    const code = node.entries.length === 0 ? 'E_PIPELINE_STAGE' : 'E_PIPELINE_LIMIT';
    reading.problems.push(problem(code, message, { at: fields.entry(key)?.keyAt }));
    return [];
  }
  const nodes: Parameters<typeof checkNeeds>[0][number][] = [];
  const stages = node.entries.map((entry) => {
    const spot = { ...fields.below(`${key}.${entry.key}`), stage: entry.key };
    const below = new Fields(entry.value, 'stage', spot);
    const needs = below.names('needs').map((one) => ({ name: one.text, at: one.at }));
    nodes.push({ id: entry.key, finally: below.flag('finally'), needs });
    return readStage(entry, below, tools);
  });
  reading.problems.push(...checkNeeds(nodes));
  return stages;
}

function baseName(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return name.replace(/\.ya?ml$/, '');
}
