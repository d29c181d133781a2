import { z } from 'zod';
import { type Problem, problem } from './errors.ts';
import type { SourcePosition } from './position.ts';
import { didYouMean } from './suggest.ts';
import { type YamlNode, yamlAt, yamlData, yamlEntry } from './yaml.ts';

type Path = readonly PropertyKey[];

/**
 * Reads a YAML tree as a schema says, with every problem at its place. Where the schema wants text and the
 * file has a number or a boolean, the text as written is taken (`1.10` stays `1.10`).
 */
export function readAs<T>(
  schema: z.ZodType<T>,
  node: YamlNode,
): { value: T | undefined; problems: Problem[] } {
  let data = yamlData(node);
  for (let round = 0; ; round++) {
    const result = schema.safeParse(data, { reportInput: true });
    if (result.success) return { value: result.data, problems: [] };
    const issues = result.error.issues.flatMap((issue) => leaves(issue));
    const texts = issues.filter((issue) => wantsText(issue, node));
    if (texts.length === 0 || round > 20) {
      return { value: undefined, problems: issues.flatMap((issue) => toProblems(issue, node)) };
    }
    for (const issue of texts) data = withText(data, issue.path, node);
  }
}

type Issue = z.core.$ZodIssue;

/** A union's issue says little; the branch that came furthest says most. */
function leaves(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((errors) =>
    errors.flatMap((one) => leaves({ ...one, path: [...issue.path, ...one.path] } as Issue)),
  );
  const depth = (branch: Issue[]) => Math.max(0, ...branch.map((one) => one.path.length));
  const deepest = Math.max(...branches.map(depth));
  const best = branches.filter((branch) => depth(branch) === deepest);
  if (deepest > issue.path.length && best[0]) return best[0];
  const text = branches.flat().find((one) => one.code === 'invalid_type' && one.expected === 'string');
  return text ? [text] : [issue];
}

function wantsText(issue: Issue, node: YamlNode): boolean {
  if (issue.code !== 'invalid_type' || issue.expected !== 'string') return false;
  const here = yamlAt(node, issue.path as (string | number)[]);
  return here?.kind === 'scalar' && (typeof here.value === 'number' || typeof here.value === 'boolean');
}

function withText(data: unknown, path: Path, node: YamlNode): unknown {
  const here = yamlAt(node, path as (string | number)[]);
  const text = here?.kind === 'scalar' ? here.text : '';
  if (path.length === 0) return text;
  const copy = structuredClone(data);
  let holder = copy as Record<PropertyKey, unknown>;
  for (const part of path.slice(0, -1)) holder = holder[part] as Record<PropertyKey, unknown>;
  holder[path.at(-1) as PropertyKey] = text;
  return copy;
}

function toProblems(issue: Issue, node: YamlNode): Problem[] {
  const path = issue.path as (string | number)[];
  const at = placeOf(node, path);
  const name = path.length === 0 ? 'the file' : `"${path.join('.')}"`;
  if (issue.code === 'unrecognized_keys') {
    const known = (issue as { known?: string[] }).known ?? [];
    return issue.keys.map((key) => {
      const holder = yamlAt(node, path);
      const keyAt = (holder && yamlEntry(holder, key)?.keyAt) ?? at;
      const where = path.length === 0 ? '' : ` in ${name}`;
      return problem('E_SCHEMA_UNKNOWN_KEY', `unknown key "${key}"${where}`, {
        at: keyAt,
        ...(known.length > 0 && { hint: didYouMean(key, known) }),
      });
    });
  }
  if (issue.code === 'invalid_type') {
    const here = yamlAt(node, path);
    if (here === undefined) {
      return [problem('E_SCHEMA_MISSING_KEY', `${name} is missing (expected ${issue.expected})`, { at })];
    }
    return [
      problem('E_SCHEMA_TYPE', `${name} must be ${article(issue.expected)}, not ${describe(here)}`, { at }),
    ];
  }
  if (issue.code === 'invalid_value') {
    const here = yamlAt(node, path);
    const written = here?.kind === 'scalar' ? here.text : '';
    const values = issue.values.map(String);
    const message = `${name} must be one of ${values.join(', ')}, not "${written}"`;
    return [problem('E_SCHEMA_VALUE', message, { at, hint: didYouMean(written, values) })];
  }
  return [problem('E_SCHEMA_VALUE', `${name}: ${issue.message}`, { at })];
}

/** The place of a value, or of the nearest thing that holds it. */
function placeOf(node: YamlNode, path: (string | number)[]): SourcePosition {
  for (let length = path.length; length > 0; length--) {
    const here = yamlAt(node, path.slice(0, length));
    if (here) return here.at;
  }
  return node.at;
}

function article(expected: string): string {
  const words: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
    record: 'a map',
  };
  return words[expected] ?? expected;
}

function describe(node: YamlNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'empty';
  return typeof node.value === 'string' ? `text ("${node.text.slice(0, 40)}")` : node.text;
}

/** A strict object whose unknown keys get a "did you mean": use it in place of `z.strictObject`. */
export function strictObject<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') Object.assign(issue, { known });
      return undefined;
    },
  });
}
