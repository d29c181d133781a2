import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { YamlNode, YamlScalar } from '../lib/yaml.ts';
import { Fields } from './fields.ts';
import { isIdentifier } from './identifiers.ts';
import { checkInputNames } from './input-values.ts';
import { keysOf } from './keys/index.ts';
import type { Step, StepBody, StepRetry, Template } from './model.ts';
import { type Spot, templateOf, wrongKind } from './source.ts';
import type { ActionInfo, FoundAction, UseResolver } from './uses.ts';

/** The steps of a stage or composite action; one that can not be read has an empty script. */
export function readSteps(node: YamlNode | undefined, spot: Spot, uses: UseResolver): readonly Step[] {
  if (node?.kind !== 'list') return [];
  const seen = new Map<string, SourcePosition>();
  return node.items.map((item, index) => {
    const where = `${spot.where}[${index}]`;
    const fields = new Fields(item, 'step', { ...spot, where, stepsBefore: index });
    checkId(fields, seen);
    const body = readBody(fields, uses) ?? { kind: 'run', script: emptyScript(item) };
    return readStep(fields, body, index);
  });
}

function emptyScript({ at }: YamlNode): Template {
  return { text: '', at, node: { kind: 'scalar', value: '', text: '', style: 'plain', at } };
}

function readStep(fields: Fields, body: StepBody, index: number): Step {
  const id = fields.text('id');
  const optional = {
    name: fields.template('name'),
    if: fields.template('if'),
    timeoutMinutes: fields.template('timeout-minutes'),
    continueOnError: fields.template('continue-on-error'),
    retry: readRetry(fields),
    delegate: fields.template('delegate'),
  };
  return {
    id: id ?? String(index + 1),
    hasId: id !== undefined,
    at: fields.at,
    env: fields.templates('env'),
    body,
    ...defined(optional),
  };
}

/** An object without the keys whose value is undefined. */
export function defined<T extends object>(
  holder: T,
): { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } & {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} {
  return Object.fromEntries(Object.entries(holder).filter(([, value]) => value !== undefined)) as never;
}

function checkId(fields: Fields, seen: Map<string, SourcePosition>): void {
  const node = fields.node('id');
  if (node?.kind !== 'scalar') return;
  const { problems } = fields.spot.reading;
  if (!isIdentifier(node.text)) {
    const hint = 'letters, digits, _ and -, beginning with a letter or _';
    problems.push(
      problem('E_PIPELINE_ID', `"${node.text}" can not be the id of a step`, { at: node.at, hint }),
    );
  }
  const before = seen.get(node.text.toLowerCase());
  if (before) {
    const hint = `the other one is in line ${before.line}`;
    problems.push(problem('E_PIPELINE_ID', `two steps have the id "${node.text}"`, { at: node.at, hint }));
  }
  seen.set(node.text.toLowerCase(), node.at);
}

function readRetry(fields: Fields): StepRetry | undefined {
  const node = fields.node('retry');
  if (!node) return undefined;
  const retry = new Fields(node, 'retry', afterStep(fields, 'retry'));
  const until = retry.template('until');
  return {
    attempts: retry.number('attempts') ?? 3,
    delaySeconds: retry.number('delay') ?? 5,
    backoff: retry.number('backoff') ?? 1,
    ...(until && { until }),
  };
}

/** The spot of a key that is evaluated after the step, so that it sees the step's own outputs. */
function afterStep(fields: Fields, key: string): Spot {
  return { ...fields.below(key), stepsBefore: (fields.spot.stepsBefore ?? 0) + 1 };
}

function readBody(fields: Fields, uses: UseResolver): StepBody | undefined {
  const { problems } = fields.spot.reading;
  const wrong = fields.isMap ? bodyProblem(fields) : undefined;
  if (wrong) problems.push(wrong);
  const script = fields.template('run');
  if (script) return runBody(fields, script);
  const reference = fields.node('uses');
  if (reference?.kind !== 'scalar') return undefined;
  const given = readWith(fields);
  const found = uses.action(reference, fields.spot.reading);
  if (!found) return undefined;
  problems.push(...checkWith(found, fields, reference));
  if (found.kind === 'composite') return { kind: 'composite', action: found.action, with: given };
  return { kind: 'action', action: found.info.name, with: given };
}

function bodyProblem(fields: Fields): Problem | undefined {
  const { at } = fields;
  if (fields.has('run') && fields.has('uses')) {
    const hint = 'make two steps of it';
    return problem('E_PIPELINE_STEP', 'a step has either "run" or "uses", not both', { at, hint });
  }
  if (!fields.isWritten('run') && !fields.isWritten('uses')) {
    return problem('E_PIPELINE_STEP', 'a step needs "run" (a script) or "uses" (an action)', { at });
  }
  if (!fields.has('run') && !fields.has('uses')) return undefined;
  const others = fields.has('run') ? ['with'] : ['shell', 'working-directory', 'changes'];
  const key = others.find((one) => fields.has(one));
  if (key === undefined) return undefined;
  const message = `"${key}" goes with "${fields.has('run') ? 'uses' : 'run'}", and this step has none`;
  return problem('E_PIPELINE_STEP', message, { at: fields.entry(key)?.keyAt ?? at });
}

function runBody(fields: Fields, script: Template): StepBody {
  return {
    kind: 'run',
    script,
    ...defined({
      shell: fields.text('shell'),
      workingDirectory: fields.template('working-directory'),
      changes: fields.template('changes', afterStep(fields, 'changes')),
    }),
  };
}

function readWith(fields: Fields): Readonly<Record<string, Template>> {
  const node = fields.node('with');
  if (!node) return {};
  const { where } = fields.below('with');
  if (node.kind !== 'map') {
    fields.spot.reading.problems.push(wrongKind(node, where, 'a map'));
    return {};
  }
  const row = keysOf('step').find((one) => one.key === 'with');
  if (!row) return {};
  return Object.fromEntries(
    node.entries.map((entry) => [
      entry.key,
      templateOf(entry.value, row, { ...fields.spot, where: `${where}.${entry.key}` }),
    ]),
  );
}

function checkWith(found: FoundAction, fields: Fields, reference: YamlScalar): readonly Problem[] {
  const node = fields.node('with');
  const given = node?.kind === 'map' ? node.entries.map((one) => ({ name: one.key, at: one.keyAt })) : [];
  if (found.kind === 'action') return checkBuiltin(found.info, given, reference.at);
  const of = `the action ${reference.text}`;
  return checkInputNames(found.action.inputs, given, { of, at: reference.at });
}

function checkBuiltin(
  info: ActionInfo,
  given: readonly { readonly name: string; readonly at: SourcePosition }[],
  at: SourcePosition,
): readonly Problem[] {
  const names = info.inputs.map((input) => input.name);
  const unknown = given
    .filter((one) => !names.includes(one.name))
    .map((one) =>
      problem('E_INPUT_UNKNOWN', `${info.name} has no input "${one.name}"`, {
        at: one.at,
        hint: didYouMean(one.name, names),
      }),
    );
  const missing = info.inputs
    .filter((input) => input.required && !given.some((one) => one.name === input.name))
    .map((input) => problem('E_INPUT_MISSING', `${info.name} needs the input "${input.name}"`, { at }));
  return [...unknown, ...missing];
}
