import { problem } from '../lib/errors.ts';
import type { YamlEntry, YamlNode } from '../lib/yaml.ts';
import type { Fields } from './fields.ts';
import { isIdentifier } from './identifiers.ts';
import { convertInput } from './input-values.ts';
import type { InputDeclaration } from './model.ts';
import { holdsExpression } from './source.ts';

type Entries = readonly { readonly entry: YamlEntry; readonly fields: Fields }[];

/** Input declarations of a pipeline. */
export function readInputs(entries: Entries): readonly InputDeclaration[] {
  return entries.map(({ entry, fields }) => {
    checkName(entry, fields);
    const type = (fields.text('type') ?? 'string') as InputDeclaration['type'];
    const options = fields.names('options').map((node) => node.text);
    const base = { ...common(entry, fields), type, ...(fields.has('options') && { options }) };
    if (type === 'choice' && options.length === 0) {
      const message = `"${fields.below('options').where}" is missing: what a choice may be`;
      fields.spot.reading.problems.push(problem('E_SCHEMA_MISSING_KEY', message, { at: entry.keyAt }));
      return base;
    }
    return { ...base, ...defaultOf(base, fields) };
  });
}

/** Input declarations of a composite action: all are texts. */
export function readActionInputs(entries: Entries): readonly InputDeclaration[] {
  return entries.map(({ entry, fields }) => {
    const given = fields.text('default');
    return { ...common(entry, fields), type: 'string', ...(given !== undefined && { default: given }) };
  });
}

function common(entry: YamlEntry, fields: Fields): Omit<InputDeclaration, 'type'> {
  const description = fields.text('description');
  return {
    name: entry.key,
    required: fields.flag('required'),
    at: entry.keyAt,
    ...(description !== undefined && { description }),
  };
}

function defaultOf(input: InputDeclaration, fields: Fields): Pick<InputDeclaration, 'default'> {
  const node = fields.node('default');
  if (!node || (node.kind === 'scalar' && node.value === null)) return {};
  if (holdsExpression(node)) {
    fields.spot.reading.problems.push(
      problem('E_PIPELINE_EXPRESSION', `"${fields.below('default').where}" can not be an expression`, {
        at: node.at,
        hint: 'write the value itself; a stage can make one with an expression and pass it on',
      }),
    );
    return {};
  }
  const { value, problem: wrong } = convertInput(input, plain(node, input), node.at);
  if (wrong) fields.spot.reading.problems.push(wrong);
  return value === undefined ? {} : { default: value };
}

/** Text keeps what was written: `1.10` is no number where a string is meant. */
function plain(node: YamlNode, input: InputDeclaration): unknown {
  if (node.kind !== 'scalar') return node.kind === 'list' ? [] : {};
  return input.type === 'number' || input.type === 'boolean' ? node.value : node.text;
}

function checkName(entry: YamlEntry, fields: Fields): void {
  if (isIdentifier(entry.key)) return;
  const hint = 'letters, digits, _ and -, beginning with a letter or _';
  fields.spot.reading.problems.push(
    problem('E_PIPELINE_ID', `"${entry.key}" can not be the name of an input`, { at: entry.keyAt, hint }),
  );
}
