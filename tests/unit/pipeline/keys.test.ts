import { loadPipeline, pipelineKeys } from '../../../src/pipeline/index.ts';
import {
  type FileKind,
  type KeyRow,
  keysOf,
  mayStand,
  type Place,
} from '../../../src/pipeline/keys/index.ts';
import { pipelineJsonSchema } from '../../../src/pipeline/schema.ts';
import { assert, suite } from '../../helpers/test.ts';
import { caseActions } from './cases.ts';

const test = suite('pipeline/keys');
const kinds: readonly FileKind[] = ['pipeline', 'workflow', 'action'];

/** The codes of a file that has one key at one place, told at that key. */
function codesAt(place: Place, key: string, kind: FileKind): readonly string[] {
  const text = JSON.stringify(fileWith(place, key, kind));
  const file = kind === 'action' ? 'site/a/action.yml' : 'site/main.yml';
  const main = kind === 'action' ? 'stages: { a: { steps: [{ uses: ./a }] } }' : text;
  const { problems } = loadPipeline({
    file: 'site/main.yml',
    readText: (name) => (name === file ? text : name === 'site/main.yml' ? main : undefined),
    actions: caseActions,
  });
  const marker = text.indexOf('"marker"') + 1;
  return problems
    .filter((one) => one.at?.column === marker || one.message.includes('"marker"'))
    .map((one) => one.code);
}

/** A file of a kind, as JSON (which is YAML), whose key at a place is written as `key` (or `marker` where unknown). */
function fileWith(place: Place, key: string, kind: FileKind): unknown {
  const own = { [key]: null };
  const input = place === 'input' ? own : {};
  const call = {
    ...(place === 'call' && own),
    ...(place === 'call-output' && { outputs: { o: own } }),
    ...(place === 'call-secret' && { secrets: { s: own } }),
  };
  const dispatch = place === 'dispatch' ? own : { inputs: { i: input } };
  const step = {
    run: 'x',
    ...(place === 'retry' && { retry: own }),
    ...(place === 'step' && own),
  };
  if (kind === 'action') {
    return {
      ...(place === 'action-input' && { inputs: { i: own } }),
      ...(place === 'action-output' && { outputs: { o: own } }),
      runs: { using: 'composite', steps: [step], ...(place === 'runs' && own) },
      ...(place === 'action' && own),
    };
  }
  const defaults = place === 'defaults' ? own : { run: place === 'defaults-run' ? own : {} };
  const stage = {
    steps: [step],
    ...(kind === 'workflow' && { 'runs-on': 'x' }),
    ...(place === 'strategy' && { strategy: own }),
    ...(place === 'stage' && own),
  };
  return {
    on: { workflow_dispatch: dispatch, workflow_call: call, ...(place === 'on' && own) },
    ...(place === 'concurrency' && { concurrency: own }),
    ...((place === 'defaults' || place === 'defaults-run') && { defaults }),
    [kind === 'workflow' ? 'jobs' : 'stages']: { a: stage },
    ...(place === 'file' && own),
  };
}

function problemsOf(row: KeyRow, kind: FileKind): readonly string[] {
  const text = JSON.stringify(fileWith(row.place, row.key, kind));
  const main = kind === 'action' ? 'stages: { a: { steps: [{ uses: ./a }] } }' : text;
  const { problems } = loadPipeline({
    file: 'site/main.yml',
    readText: (name) =>
      name === 'site/main.yml' ? main : name === 'site/a/action.yml' && kind === 'action' ? text : undefined,
    actions: caseActions,
  });
  return problems.filter((one) => one.message.includes(`key "${row.key}"`)).map((one) => one.code);
}

const placesOf: Readonly<Record<FileKind, readonly Place[]>> = {
  pipeline: pipelineKeys.map((row) => row.place).filter((place) => !/^(action|runs)/.test(place)),
  workflow: pipelineKeys.map((row) => row.place).filter((place) => !/^(action|runs|retry)/.test(place)),
  action: ['action', 'action-input', 'action-output', 'runs', 'step', 'retry'],
};

for (const kind of kinds) {
  test(`each key of the table stands where it may, and nowhere else (${kind})`, () => {
    for (const row of pipelineKeys.filter((one) => placesOf[kind].includes(one.place))) {
      const isRoot = row.place === 'file' && (row.key === 'stages' || row.key === 'jobs');
      if (isRoot) continue;
      const expected = mayStand(row, kind) ? [] : ['E_PIPELINE_KEY'];
      assert.equal(problemsOf(row, kind), expected, `${row.place}.${row.key} in a ${kind}`);
    }
  });

  test(`a key that a place does not have is unknown there (${kind})`, () => {
    for (const place of new Set(placesOf[kind])) {
      if (place === 'on') continue;
      const codes = codesAt(place, 'marker', kind);
      assert.equal(codes, ['E_SCHEMA_UNKNOWN_KEY'], `${place} in a ${kind}`);
    }
  });
}

test('every key says what it means, and the schema has it with these words', () => {
  for (const kind of kinds) {
    const { $defs } = pipelineJsonSchema(kind) as {
      $defs: Record<string, { properties: Record<string, unknown> }>;
    };
    for (const [name, { properties }] of Object.entries($defs)) {
      const place = name.slice(kind.length + 1) as Place;
      const keys = keysOf(place)
        .filter((row) => mayStand(row, kind))
        .map((row) => row.key);
      assert.equal(Object.keys(properties), keys, name);
    }
  }
  assert.equal(
    pipelineKeys.filter((row) => row.meaning === '').map((row) => row.key),
    [],
  );
});

test('references of the schema lead somewhere', () => {
  const schema = pipelineJsonSchema() as { $defs: Record<string, unknown> };
  const names = [...JSON.stringify(schema).matchAll(/#\/\$defs\/([\w-]+)/g)].map((match) => match[1] ?? '');
  assert.ok(names.length > 20);
  assert.equal(
    names.filter((name) => !(name in schema.$defs)),
    [],
  );
});
