import { type Availability, type ContextShape, openShape } from '../expressions/index.ts';
import type { ContextSet, FileKind } from './keys/index.ts';

const fileSet = ['inputs', 'vars', 'site', 'groups', 'globals', 'services', 'run'];
const stageSet = [...fileSet, 'needs', 'stages', 'host', 'hosts', 'service'];
const cellSet = [...stageSet, 'matrix', 'strategy', 'stage'];
const stepSet = [...cellSet, 'env', 'job', 'runner', 'steps'];
const everywhere = ['github', ...stepSet];

const hubFile = ['github', 'inputs', 'vars'];
const hubStage = [...hubFile, 'needs'];
const hubCell = [...hubStage, 'matrix', 'strategy'];
const hubStep = [...hubCell, 'env', 'job', 'runner', 'steps'];

/**
 * Which contexts each set of keys may use: in pipelines, and in workflow files (GitHub's, from "Context availability"
 * on docs.github.com). `if` has no secrets, so that a condition can be printed. `host` and `service` of a stage's own
 * keys are those of the job that uses the pipeline; `hosts:` may read the `service` of the same stage.
 */
export const contextSets: Readonly<Record<ContextSet, Readonly<Record<FileKind, readonly string[]>>>> = {
  none: { pipeline: [], workflow: [], action: [] },
  file: { pipeline: fileSet, workflow: hubFile, action: [] },
  'file-env': { pipeline: [...fileSet, 'secrets'], workflow: [...hubFile, 'secrets'], action: [] },
  'call-output': { pipeline: [...fileSet, 'stages'], workflow: [...hubFile, 'jobs'], action: [] },
  stage: { pipeline: stageSet, workflow: hubStage, action: [] },
  'stage-if': { pipeline: stageSet, workflow: hubStage, action: [] },
  cell: { pipeline: cellSet, workflow: hubCell, action: [] },
  'cell-secret': { pipeline: [...cellSet, 'secrets'], workflow: [...hubCell, 'secrets'], action: [] },
  'cell-output': {
    pipeline: [...stepSet, 'secrets'],
    workflow: [...hubStep, 'secrets'],
    action: [],
  },
  step: { pipeline: [...stepSet, 'secrets'], workflow: [...hubStep, 'secrets'], action: everywhere },
  'step-if': { pipeline: stepSet, workflow: hubStep, action: everywhere },
  'action-output': { pipeline: [], workflow: [], action: everywhere },
};

const statusNames = ['success', 'failure', 'always', 'cancelled'];
const siteNames = ['members', 'addresses', 'url'];

/** Which functions each set of keys may use beside the language's own. */
export function functionsOfSet(set: ContextSet, kind: FileKind): readonly string[] {
  const ours = kind === 'workflow' || set === 'none' ? [] : siteNames;
  const files = set === 'step' || set === 'step-if' || set === 'action-output' || set === 'cell-output';
  const status = set === 'stage-if' || set === 'step-if';
  return [...(status ? statusNames : []), ...(files ? ['hashFiles'] : []), ...ours];
}

/** Shapes of contexts whose names are always the same. */
const fixedShapes: Readonly<Record<string, ContextShape>> = {
  strategy: named(['fail-fast', 'max-parallel', 'job-index', 'job-total'], 'property'),
  stage: named(['id', 'name', 'key'], 'property'),
};

/** What the expressions of a key may use: its set of contexts, with the shapes that are known. */
export function availabilityOf(
  set: ContextSet,
  kind: FileKind,
  options: { readonly shapes: Readonly<Record<string, ContextShape>>; readonly where: string },
): Availability {
  const names = contextSets[set][kind];
  const contexts = Object.fromEntries(
    names.map((name) => [name, options.shapes[name] ?? fixedShapes[name] ?? openShape]),
  );
  return { contexts, functions: functionsOfSet(set, kind), where: options.where };
}

/** A shape that has these names and no others. */
export function named(
  names: readonly string[] | Readonly<Record<string, ContextShape>>,
  noun: string,
  hint?: string,
): ContextShape {
  const keys = Array.isArray(names)
    ? Object.fromEntries(names.map((name: string) => [name, openShape]))
    : (names as Readonly<Record<string, ContextShape>>);
  return { open: false, keys, noun, ...(hint !== undefined && { hint }) };
}
