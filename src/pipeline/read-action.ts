import { dirname } from 'node:path';
import { problem } from '../lib/errors.ts';
import type { YamlNode } from '../lib/yaml.ts';
import { checkExpressions } from './check-expressions.ts';
import { Fields } from './fields.ts';
import type { CompositeAction } from './model.ts';
import { readActionInputs } from './read-inputs.ts';
import type { ReadTools } from './read-pipeline.ts';
import { readSteps } from './read-step.ts';
import type { Reading } from './source.ts';

/** Reads an `action.yml`; undefined where it is no composite action. */
export function readAction(node: YamlNode, reading: Reading, tools: ReadTools): CompositeAction | undefined {
  const fields = new Fields(node, 'action', { reading, where: '' });
  const runs = fields.fields('runs', 'runs');
  if (!runs) return undefined;
  const using = runs.text('using') ?? 'composite';
  if (using !== 'composite') {
    reading.problems.push(
      problem('E_PIPELINE_USES', `an action of the kind "${using}" can not be run`, {
        at: runs.node('using')?.at,
        hint: 'composite actions (using: composite) can',
      }),
    );
    return undefined;
  }
  const inputs = readActionInputs(fields.eachOf('inputs', 'action-input'));
  const outputs = Object.fromEntries(
    fields.eachOf('outputs', 'action-output').flatMap(({ entry, fields: output }) => {
      const value = output.template('value');
      return value ? [[entry.key, value]] : [];
    }),
  );
  if (!runs.has('steps')) {
    const message = '"runs.steps" is missing: what the action does';
    reading.problems.push(problem('E_SCHEMA_MISSING_KEY', message, { at: fields.entry('runs')?.keyAt }));
  }
  const steps = readSteps(runs.node('steps'), runs.below('steps'), tools);
  const known = { inputs, stages: [], steps, actions: tools.actions, shapes: tools.shapes };
  reading.problems.push(...checkExpressions(reading, known));
  const directory = dirname(reading.file);
  const name = fields.text('name') ?? directory.slice(directory.lastIndexOf('/') + 1);
  return { file: reading.file, directory, name, inputs, outputs, steps };
}
