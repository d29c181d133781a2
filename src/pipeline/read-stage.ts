import { type Problem, problem } from '../lib/errors.ts';
import type { YamlEntry, YamlScalar } from '../lib/yaml.ts';
import type { Fields } from './fields.ts';
import { isIdentifier } from './identifiers.ts';
import { checkInputNames, convertInput } from './input-values.ts';
import type { Pipeline, RunDefaults, Stage, StageBody, Template } from './model.ts';
import { checkMatrix } from './read-matrix.ts';
import { defined, readSteps } from './read-step.ts';
import { holdsExpression } from './source.ts';
import type { UseResolver } from './uses.ts';

/** A stage or job; one that could not be read has no steps, and the reading knows. */
export function readStage(entry: YamlEntry, fields: Fields, uses: UseResolver): Stage {
  const { problems, kind } = fields.spot.reading;
  problems.push(...checkStage(entry, fields));
  const strategy = fields.fields('strategy', 'strategy');
  const matrix = strategy?.node('matrix');
  if (strategy && matrix) problems.push(...checkMatrix(matrix, strategy.below('matrix').where));
  const body = readBody(entry, fields, uses);
  if (!body) fields.spot.reading.unreadable.add(entry.key);
  const optional = {
    name: fields.template('name'),
    if: fields.template('if'),
    hosts: fields.template('hosts'),
    services: kind === 'workflow' ? undefined : fields.template('services'),
    matrix: strategy?.template('matrix'),
    maxParallel: fields.template('max-parallel') ?? strategy?.template('max-parallel'),
    failFast: fields.template('fail-fast') ?? strategy?.template('fail-fast'),
    maxFailures: fields.template('max-failures'),
    serial: fields.template('serial'),
    order: fields.template('order'),
    approval: fields.template('approval'),
    timeoutMinutes: fields.template('timeout-minutes'),
    continueOnError: fields.template('continue-on-error'),
  };
  return {
    id: entry.key,
    at: entry.keyAt,
    needs: fields.names('needs').map((node) => node.text),
    runOnce: fields.flag('run-once'),
    finally: fields.flag('finally'),
    env: fields.templates('env'),
    defaults: readDefaults(fields),
    outputs: fields.templates('outputs'),
    body: body ?? { kind: 'steps', steps: [] },
    ...defined(optional),
  };
}

/** `defaults.run` of a file or a stage. */
export function readDefaults(fields: Fields): RunDefaults {
  const run = fields.fields('defaults', 'defaults')?.fields('run', 'defaults-run');
  if (!run) return {};
  return defined({ shell: run.text('shell'), workingDirectory: run.template('working-directory') });
}

function checkStage(entry: YamlEntry, fields: Fields): readonly Problem[] {
  const found: Problem[] = [];
  const { kind } = fields.spot.reading;
  const noun = kind === 'workflow' ? 'job' : 'stage';
  if (!isIdentifier(entry.key)) {
    const hint = 'letters, digits, _ and -, beginning with a letter or _';
    const message = `"${entry.key}" can not be the id of a ${noun}`;
    found.push(problem('E_PIPELINE_ID', message, { at: entry.keyAt, hint }));
  }
  const sidecars = kind === 'workflow' ? fields.entry('services') : undefined;
  if (sidecars) {
    const hint =
      'start what the job needs in a step; "services:" of a pipeline\u2019s stage is something else';
    const message = 'sidecar containers ("services:" of a job) can not be run';
    found.push(problem('E_PIPELINE_SIDECAR', message, { at: sidecars.keyAt, hint }));
  }
  if (kind === 'workflow' && !fields.has('runs-on') && !fields.has('uses')) {
    const message = `the job "${entry.key}" has no "runs-on"`;
    found.push(problem('E_SCHEMA_MISSING_KEY', message, { at: entry.keyAt, hint: 'runs-on: local' }));
  }
  if (fields.flag('run-once') && !fields.has('hosts')) {
    const message = `"run-once" goes with "hosts", and the stage "${entry.key}" has none`;
    found.push(problem('E_PIPELINE_STAGE', message, { at: fields.entry('run-once')?.keyAt ?? entry.keyAt }));
  }
  return found;
}

function readBody(entry: YamlEntry, fields: Fields, uses: UseResolver): StageBody | undefined {
  const { problems, kind } = fields.spot.reading;
  const noun = kind === 'workflow' ? 'job' : 'stage';
  const at = entry.keyAt;
  const { isMap } = fields;
  if (isMap && fields.isWritten('steps') === fields.isWritten('uses')) {
    const message = fields.isWritten('steps')
      ? `the ${noun} "${entry.key}" has either "steps" or "uses", not both`
      : `the ${noun} "${entry.key}" needs "steps" or "uses"`;
    problems.push(problem('E_PIPELINE_STAGE', message, { at }));
  }
  const misplaced = fields.isWritten('uses') ? ['defaults', 'outputs', 'env'] : ['with', 'secrets'];
  for (const key of misplaced) {
    if (!fields.has(key)) continue;
    const message = `"${key}" goes with "${fields.isWritten('uses') ? 'steps' : 'uses'}", and the ${noun} "${entry.key}" has none`;
    problems.push(problem('E_PIPELINE_STAGE', message, { at: fields.entry(key)?.keyAt ?? at }));
  }
  if (fields.has('steps')) {
    const steps = readSteps(fields.node('steps'), fields.below('steps'), uses);
    if (steps.length === 0 && fields.node('steps')?.kind === 'list') {
      const message = `the ${noun} "${entry.key}" has no steps`;
      if (emptyList(fields)) problems.push(problem('E_PIPELINE_STAGE', message, { at }));
    }
    return { kind: 'steps', steps };
  }
  const reference = fields.node('uses');
  if (reference?.kind !== 'scalar') return undefined;
  return readUse(reference, fields, uses);
}

function emptyList(fields: Fields): boolean {
  const node = fields.node('steps');
  return node?.kind === 'list' && node.items.length === 0;
}

function readUse(reference: YamlScalar, fields: Fields, uses: UseResolver): StageBody | undefined {
  const given = fields.templates('with');
  const secrets = fields.text('secrets') === 'inherit' ? 'inherit' : fields.templates('secrets');
  const pipeline = uses.pipeline(reference, fields.spot.reading);
  if (!pipeline) return undefined;
  fields.spot.reading.problems.push(...checkUse(pipeline, { reference, fields, given, secrets }));
  return { kind: 'pipeline', pipeline, uses: reference.text, with: given, secrets };
}

type Use = {
  readonly reference: YamlScalar;
  readonly fields: Fields;
  readonly given: Readonly<Record<string, Template>>;
  readonly secrets: 'inherit' | Readonly<Record<string, Template>>;
};

function checkUse(pipeline: Pipeline, { reference, fields, given, secrets }: Use): readonly Problem[] {
  const of = `the pipeline ${reference.text}`;
  const node = fields.node('with');
  const entries = node?.kind === 'map' ? node.entries : [];
  const names = entries.map((entry) => ({ name: entry.key, at: entry.keyAt }));
  const found = [...checkInputNames(pipeline.inputs, names, { of, at: reference.at })];
  for (const input of pipeline.inputs) {
    const template = given[input.name];
    if (!template || holdsExpression(template.node) || template.node.kind !== 'scalar') continue;
    const wrong = convertInput(input, template.node.text, template.at).problem;
    if (wrong) found.push(wrong);
  }
  if (secrets !== 'inherit') {
    const have = Object.keys(secrets);
    for (const secret of pipeline.secrets.filter((one) => one.required && !have.includes(one.name))) {
      const hint = 'pass it under "secrets:", or write "secrets: inherit"';
      found.push(
        problem('E_INPUT_MISSING', `${of} needs the secret "${secret.name}"`, { at: reference.at, hint }),
      );
    }
  }
  return found;
}
