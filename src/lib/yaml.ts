import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from 'yaml';
import { type Problem, problem } from './errors.ts';
import type { SourcePosition } from './position.ts';

/** A YAML value with its place. Anchors and aliases are resolved, so that a tree is plain data. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export type YamlMap = {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly at: SourcePosition;
};
export type YamlList = {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: SourcePosition;
};

/**
 * `text` is what the user wrote (`1.10` stays `1.10`). `lines` maps a line of a block scalar (`|`, `>`) to the
 * file: line `n` (0-based) of the value stands at `blockLine + n`, its first character at column `blockColumn`.
 */
export type YamlScalar = {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly text: string;
  readonly style: 'plain' | 'quoted' | 'block';
  readonly block?: { readonly line: number; readonly column: number };
  readonly at: SourcePosition;
};

export type YamlEntry = { readonly key: string; readonly keyAt: SourcePosition; readonly value: YamlNode };

/** Limits against hostile or broken files. */
export const yamlLimits = { bytes: 4 * 1024 * 1024, depth: 64, nodes: 200_000 } as const;

/**
 * Reads YAML 1.2 (core schema) into a tree with places. Syntax errors, duplicate keys, unknown tags and files
 * past `yamlLimits` are problems; what could be read is returned beside them. An empty file gives no node.
 */
export function readYaml(text: string, file: string): { node: YamlNode | undefined; problems: Problem[] } {
  const whole: SourcePosition = { file, line: 1, column: 1 };
  if (Buffer.byteLength(text) > yamlLimits.bytes) {
    return {
      node: undefined,
      problems: [problem('E_YAML_LIMIT', `the file is larger than ${yamlLimits.bytes} bytes`, { at: whole })],
    };
  }
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const at = (offset: number, length = 1): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, length) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => {
    const start = error.code === 'DUPLICATE_KEY' ? nextWord(text, error.pos[0]) : error.pos[0];
    return problem(codeOf(error.code), firstLine(error.message), {
      at: at(start, error.pos[1] - start),
      hint: hintOf(error.code, text.slice(error.pos[0], error.pos[1])),
    });
  });
  const reader = new TreeReader(text, at, problems, (node) => document.anchors(node));
  const node = document.contents === null ? undefined : reader.read(document.contents as Node, 0);
  return { node, problems };
}

/** Plain data of a tree: objects without a prototype's keys, arrays and scalars. */
export function yamlData(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(yamlData);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, yamlData(entry.value)]));
}

/** The node at a path of keys and indices, or undefined. */
export function yamlAt(node: YamlNode, path: readonly (string | number)[]): YamlNode | undefined {
  let here: YamlNode | undefined = node;
  for (const part of path) {
    if (here?.kind === 'map') here = here.entries.find((entry) => entry.key === String(part))?.value;
    else if (here?.kind === 'list') here = here.items[Number(part)];
    else return undefined;
  }
  return here;
}

/** The entry of a map by its key, or undefined. */
export function yamlEntry(node: YamlNode, key: string): YamlEntry | undefined {
  return node.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The place of a character of a scalar's value: `offset` counts in the value. Exact for blocks and plain scalars. */
export function positionInScalar(node: YamlScalar, offset: number, length = 1): SourcePosition {
  if (typeof node.value !== 'string') return node.at;
  const before = node.value.slice(0, offset);
  const row = before.split('\n').length - 1;
  const column = before.length - (before.lastIndexOf('\n') + 1);
  if (node.block) {
    return { file: node.at.file, line: node.block.line + row, column: node.block.column + column, length };
  }
  if (row > 0) return node.at;
  return { ...node.at, column: node.at.column + column + (node.style === 'quoted' ? 1 : 0), length };
}

function parseYaml(text: string, lineCounter: LineCounter): Anchored {
  const document = parseDocument(text, {
    lineCounter,
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    prettyErrors: false,
    stringKeys: false,
    keepSourceTokens: false,
  });
  return Object.assign(document, {
    anchors: (node: Node) => (isAlias(node) ? node.resolve(document) : undefined) as Node | undefined,
  });
}

type Anchored = ReturnType<typeof parseDocument> & { anchors: (node: Node) => Node | undefined };

function codeOf(code: string): 'E_YAML_DUPLICATE_KEY' | 'E_YAML_UNKNOWN_TAG' | 'E_YAML_SYNTAX' {
  if (code === 'DUPLICATE_KEY') return 'E_YAML_DUPLICATE_KEY';
  if (code === 'TAG_RESOLVE_FAILED') return 'E_YAML_UNKNOWN_TAG';
  return 'E_YAML_SYNTAX';
}

function hintOf(code: string, source: string): string | undefined {
  if (code === 'TAG_RESOLVE_FAILED')
    return `"${source}" begins with "!", which is a tag in YAML: put the value in quotes`;
  if (code === 'BAD_ALIAS') return 'a value that begins with "*" is an alias in YAML: put it in quotes';
  return undefined;
}

/** The library places a duplicate key at the end of what stands before it. */
function nextWord(text: string, offset: number): number {
  const blank = /^(?:\s|#[^\n]*\n)*/.exec(text.slice(offset, offset + 4096));
  return offset + (blank?.[0].length ?? 0);
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

/** Walks the library's nodes into ours, counting nodes so that aliases cannot blow the tree up. */
class TreeReader {
  private readonly text: string;
  private readonly at: (offset: number, length?: number) => SourcePosition;
  private readonly problems: Problem[];
  private readonly target: (node: Node) => Node | undefined;
  private nodes = 0;
  private stopped = false;

  constructor(
    text: string,
    at: (offset: number, length?: number) => SourcePosition,
    problems: Problem[],
    target: (node: Node) => Node | undefined,
  ) {
    this.text = text;
    this.at = at;
    this.problems = problems;
    this.target = target;
  }

  read(node: Node | null, depth: number): YamlNode {
    const range = node?.range ?? [0, 0, 0];
    const place = this.at(range[0], Math.max(1, this.firstLineLength(range[0], range[1])));
    this.nodes += 1;
    if (this.nodes > yamlLimits.nodes || depth > yamlLimits.depth) return this.stop(place, depth);
    if (node === null) return { kind: 'scalar', value: null, text: '', style: 'plain', at: place };
    if (isAlias(node)) return this.read(this.target(node) ?? null, depth + 1);
    if (isMap(node)) return { kind: 'map', at: place, entries: this.entries(node.items, depth) };
    if (isSeq(node)) {
      const items = node.items.map((item) =>
        this.read(isPair(item) ? null : (item as Node | null), depth + 1),
      );
      return { kind: 'list', items, at: place };
    }
    return this.scalar(node as Scalar, place);
  }

  private entries(items: readonly { key: unknown; value: unknown }[], depth: number): YamlEntry[] {
    return items.map((pair) => {
      const key = pair.key as Node | null;
      const range = key?.range ?? [0, 0, 0];
      const keyAt = this.at(range[0], Math.max(1, range[1] - range[0]));
      if (!isScalar(key)) {
        this.problems.push(problem('E_YAML_SYNTAX', 'a key must be a plain value', { at: keyAt }));
      }
      const name = isScalar(key) ? (key.source ?? String(key.value ?? '')) : '';
      const value = this.read((pair.value ?? null) as Node | null, depth + 1);
      const placed = value.kind === 'scalar' && pair.value === null ? { ...value, at: keyAt } : value;
      return { key: isScalar(key) && typeof key.value === 'string' ? key.value : name, keyAt, value: placed };
    });
  }

  private scalar(node: Scalar, at: SourcePosition): YamlScalar {
    const value = node.value as YamlScalar['value'];
    const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
    const isQuoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
    const style = isBlock ? 'block' : isQuoted ? 'quoted' : 'plain';
    const text = typeof value === 'string' ? value : (node.source ?? String(value ?? ''));
    const block = isBlock ? this.blockStart(node.range?.[0] ?? 0) : undefined;
    return {
      kind: 'scalar',
      value: typeof value === 'bigint' ? Number(value) : value,
      text,
      style,
      at,
      ...(block && { block }),
    };
  }

  /** The place of the first character of a block scalar's text. */
  private blockStart(offset: number): { line: number; column: number } {
    const header = this.text.indexOf('\n', offset);
    const first = /^(?:[ ]*\r?\n)*([ ]*)/.exec(this.text.slice(header + 1, header + 1 + 4096));
    return { line: this.at(header).line + 1, column: (first?.[1]?.length ?? 0) + 1 };
  }

  private firstLineLength(start: number, end: number): number {
    const stop = this.text.indexOf('\n', start);
    return (stop === -1 ? end : Math.min(stop, end)) - start;
  }

  private stop(at: SourcePosition, depth: number): YamlScalar {
    if (!this.stopped) {
      const what =
        depth > yamlLimits.depth
          ? `nested deeper than ${yamlLimits.depth}`
          : `more than ${yamlLimits.nodes} values`;
      this.problems.push(
        problem('E_YAML_LIMIT', `the file is ${what.replace(/^more/, 'one of more')}`, { at }),
      );
      this.stopped = true;
    }
    return { kind: 'scalar', value: null, text: '', style: 'plain', at };
  }
}
