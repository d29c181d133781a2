import { throwOnErrors, UserError } from '../lib/errors.ts';
import { positionAt } from '../lib/position.ts';
import { readYaml, type YamlEntry, type YamlNode, type YamlScalar } from '../lib/yaml.ts';
import type { ConfigText } from './merge.ts';

/**
 * Merges YAML files, lowest precedence first: maps key by key, everything else (lists too) by the later file. Values
 * keep the text that was written (`0600`, `1.10`, `yes`). Comments are lost. Throws what `readYaml` finds.
 */
export function mergeYaml(files: readonly ConfigText[]): string {
  const merged = mergeNodes(files);
  return merged === undefined ? '' : `${renderNode(merged, 0)}\n`;
}

/** Merges JSON files as `mergeYaml` does; two blanks a level. Throws E_CONFIG_SYNTAX with the place. */
export function mergeJson(files: readonly ConfigText[]): string {
  const values = files.filter((file) => file.text.trim() !== '').map(readJson);
  const merged = values.reduce<unknown>((base, value) => mergeValues(base, value), undefined);
  return merged === undefined ? '' : `${JSON.stringify(merged, null, 2)}\n`;
}

function mergeNodes(files: readonly ConfigText[]): YamlNode | undefined {
  let merged: YamlNode | undefined;
  for (const file of files) {
    const { node, problems } = readYaml(file.text, file.file);
    throwOnErrors(problems);
    if (node) merged = merged ? mergeNode(merged, node) : node;
  }
  return merged;
}

function mergeNode(base: YamlNode, over: YamlNode): YamlNode {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const entries: YamlEntry[] = base.entries.map((entry) => {
    const mine = over.entries.find((one) => one.key === entry.key);
    return mine ? { ...mine, value: mergeNode(entry.value, mine.value) } : entry;
  });
  const known = new Set(base.entries.map((entry) => entry.key));
  return { ...over, entries: [...entries, ...over.entries.filter((entry) => !known.has(entry.key))] };
}

function renderNode(node: YamlNode, depth: number): string {
  const blanks = '  '.repeat(depth);
  if (node.kind === 'scalar') return renderScalar(node);
  if (node.kind === 'list') {
    if (node.items.length === 0) return '[]';
    return node.items.map((item) => `${blanks}- ${renderNode(item, depth + 1).trimStart()}`).join('\n');
  }
  if (node.entries.length === 0) return '{}';
  return node.entries
    .map(({ key, value }) => {
      const head = `${blanks}${renderKey(key)}:`;
      const isNested =
        value.kind === 'map' ? value.entries.length > 0 : value.kind === 'list' && value.items.length > 0;
      return isNested ? `${head}\n${renderNode(value, depth + 1)}` : `${head} ${renderNode(value, depth)}`;
    })
    .join('\n');
}

/** A plain scalar as it was written; other text in double quotes, whose rules JSON's are a part of. */
function renderScalar(node: YamlScalar): string {
  if (node.value === null) return node.text || 'null';
  if (node.style === 'plain' && !node.text.includes('\n')) return node.text;
  return typeof node.value === 'string' ? JSON.stringify(node.value) : node.text;
}

function renderKey(key: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(key) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(key)
    ? key
    : JSON.stringify(key);
}

function mergeValues(base: unknown, over: unknown): unknown {
  if (!isMap(base) || !isMap(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? mergeValues(base[key], value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readJson(file: ConfigText): unknown {
  try {
    return JSON.parse(file.text) as unknown;
  } catch (cause) {
    const message = (cause as Error).message
      .replace(/, .* is not valid JSON$/s, '')
      .replace(/ in JSON at .*$/, '');
    const at = positionAt(file.file, file.text, brokenAt(file.text));
    throw new UserError('E_CONFIG_SYNTAX', `the file is no JSON: ${message}`, { at, cause });
  }
}

/**
 * The offset of the first character that cannot stand where it does. V8 does not always name it, but it tells a text
 * that is only cut off from a wrong one, so the shortest wrong beginning is searched for.
 */
function brokenAt(text: string): number {
  let good = 0;
  let bad = text.length;
  while (good + 1 < bad) {
    const middle = (good + bad) >> 1;
    if (isCutOff(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return isCutOff(text) ? text.trimEnd().length : good;
}

function isCutOff(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const offset = /at position (\d+)/.exec(message)?.[1];
    return /end of JSON input|Unterminated/.test(message) || Number(offset ?? -1) >= text.length;
  }
}
