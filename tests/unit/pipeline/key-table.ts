import { contextSets, type KeyRow, type KeyType, pipelineKeys } from '../../../src/pipeline/index.ts';

const origins: Readonly<Record<KeyRow['origin'], string>> = {
  github: "GitHub's",
  changed: 'changed',
  ours: 'ours',
  noted: 'noted',
};

const types: Readonly<Record<Extract<KeyType, string>, string>> = {
  text: 'text, no expression',
  number: 'number',
  flag: 'true or false',
  template: 'text',
  'number-template': 'number or expression',
  'flag-template': 'true, false or expression',
  condition: 'condition',
  texts: 'map of texts',
  value: 'any value',
  names: 'name or list of names',
  list: 'text or list',
  any: 'any value',
};

/** The tables of `specs/032-keys.md`, made from the table that the validator and the JSON Schema use. */
export function renderKeyTables(): string {
  const keys = [
    '| key | kind | whose | files | contexts | meaning |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  for (const row of pipelineKeys) keys.push(rowText(row));
  const sets = ['| set | in pipelines | in workflow files |', '| --- | --- | --- |'];
  for (const [name, { pipeline, workflow, action }] of Object.entries(contextSets)) {
    const mine = pipeline.length > 0 ? pipeline : action;
    sets.push(`| ${name} | ${mine.join(', ') || '(none)'} | ${workflow.join(', ') || '(none)'} |`);
  }
  return `${keys.join('\n')}\n\n${sets.join('\n')}\n`;
}

function rowText(row: KeyRow): string {
  const name = `\`${row.place}.${row.key}\`${row.required ? ' (required)' : ''}`;
  const kind = row.values ? row.values.join(', ') : typeText(row.type);
  const files = row.files?.join(', ') ?? 'all';
  return `| ${name} | ${kind} | ${origins[row.origin]} | ${files} | ${row.contexts ?? ''} | ${row.meaning} |`;
}

function typeText(type: KeyType): string {
  if (typeof type === 'string') return types[type];
  if ('place' in type) return `keys of \`${type.place}\``;
  return 'mapOf' in type ? `map of \`${type.mapOf}\`` : `list of \`${type.listOf}\``;
}
