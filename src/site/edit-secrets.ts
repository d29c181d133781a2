import { readYaml, type YamlEntry, type YamlMap, yamlAt } from '../lib/yaml.ts';
import { readSecretsFile, renderSecretsFile, type SecretsFile } from './secrets-file.ts';

/**
 * The text of `secrets.yml` with the contents of `next`: only lines of values that changed or came in differ from
 * `text`, and comments stay. A file that was not written line by line is rendered anew.
 */
export function editSecretsText(text: string, next: SecretsFile): string {
  const edited = edit(text, next);
  return edited !== undefined && holds(edited, next) ? edited : renderSecretsFile(next);
}

function edit(text: string, next: SecretsFile): string | undefined {
  const { node } = readYaml(text, '');
  const secrets = node && yamlAt(node, ['secrets']);
  if (secrets?.kind !== 'map' || secrets.entries.length === 0) return undefined;
  const lines = text.split('\n');
  const inserted = new Map<number, string[]>();
  for (const [name, value] of [...next.values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const entry = secrets.entries.find((one) => one.key === name);
    if (entry) replace(lines, entry, value);
    else {
      const line = `${' '.repeat((secrets.entries[0]?.keyAt.column ?? 3) - 1)}${name}: ${value}`;
      const at = lineFor(secrets, name);
      inserted.set(at, [...(inserted.get(at) ?? []), line]);
    }
  }
  for (const [at, added] of [...inserted].sort(([a], [b]) => b - a)) lines.splice(at, 0, ...added);
  return lines.join('\n');
}

function replace(lines: string[], entry: YamlEntry, value: string): void {
  const { at } = entry.value;
  const line = lines[at.line - 1] ?? '';
  const start = at.column - 1;
  if (line.slice(start, start + value.length) === value) return;
  lines[at.line - 1] = line.slice(0, start) + value + line.slice(start + (at.length ?? 0));
}

/** The index of the line before which a new name stands: that of the first greater name, else behind the last one. */
function lineFor(secrets: YamlMap, name: string): number {
  const greater = secrets.entries.find((entry) => entry.key > name);
  return greater ? greater.keyAt.line - 1 : (secrets.entries.at(-1)?.value.at.line ?? 0);
}

function holds(text: string, wanted: SecretsFile): boolean {
  const { read } = readSecretsFile(text, '');
  if (!read || read.values.size !== wanted.values.size) return false;
  if (read.recipients.join() !== wanted.recipients.join()) return false;
  return [...wanted.values].every(([name, value]) => read.values.get(name) === value);
}
