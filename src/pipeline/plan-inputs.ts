import { type Problem, throwOnErrors } from '../lib/errors.ts';
import { checkInputNames, convertInput, emptyInput, type InputValue } from './input-values.ts';
import type { Pipeline } from './model.ts';

/**
 * The inputs of a pipeline: what is given converted to the declared types, defaults for the rest. Throws ProblemsError
 * with every E_INPUT_* at once.
 */
export function planInputs(
  pipeline: Pipeline,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, InputValue>> {
  const names = Object.keys(given).map((name) => ({ name }));
  const at = { file: pipeline.file, line: 1, column: 1 };
  const of = `the pipeline ${pipeline.name}`;
  const problems: Problem[] = [...checkInputNames(pipeline.inputs, names, { of, at })];
  const inputs: Record<string, InputValue> = {};
  for (const input of pipeline.inputs) {
    const key = names.find((one) => one.name.toLowerCase() === input.name.toLowerCase())?.name;
    if (key === undefined || given[key] === undefined || given[key] === null) {
      inputs[input.name] = emptyInput(input);
      continue;
    }
    const made = convertInput(input, given[key], input.at);
    if (made.problem) problems.push(made.problem);
    if (made.value !== undefined) inputs[input.name] = made.value;
  }
  throwOnErrors(problems);
  return inputs;
}
