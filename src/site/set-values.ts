import { type Problem, problem } from '../lib/errors.ts';
import { readYaml, type YamlNode } from '../lib/yaml.ts';
import type { VariableTypes } from './variable-types.ts';

/** Values given on the command line, as YAML trees whose place is `--set NAME`. */
export type SetValues = { readonly values: ReadonlyMap<string, YamlNode>; readonly problems: Problem[] };

/**
 * Reads `--set NAME=VALUE`: text stays as it was typed where text is declared, anything else is read as YAML, as it
 * would be in `globals.yml`.
 */
export function readSetValues(set: ReadonlyMap<string, unknown>, types: VariableTypes): SetValues {
  const problems: Problem[] = [];
  const values = new Map<string, YamlNode>();
  for (const [name, value] of set) {
    const at = { file: `--set ${name}`, line: 1, column: 1 };
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    const asText: YamlNode = { kind: 'scalar', value: text, text, style: 'quoted', at };
    if (types.get(name) === 'string') {
      values.set(name, asText);
      continue;
    }
    const { node, problems: found } = readYaml(text, at.file);
    for (const one of found) {
      const message = `--set ${name}: ${one.message}`;
      problems.push(problem(one.code, message, { hint: one.hint ?? 'the value is read as YAML' }));
    }
    values.set(name, node ?? asText);
  }
  return { values, problems };
}
