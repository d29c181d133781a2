import { dirname, join, normalize } from 'node:path';
import type { ContextShape } from '../expressions/index.ts';
import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { readYaml, type YamlNode, type YamlScalar, yamlEntry } from '../lib/yaml.ts';
import { checkScopes } from './check-scopes.ts';
import type { FileKind } from './keys/index.ts';
import type { CompositeAction, Pipeline } from './model.ts';
import { readAction } from './read-action.ts';
import { type ReadTools, readPipeline } from './read-pipeline.ts';
import { checkoutAction, isInside, isLocal, unusableAction } from './references.ts';
import type { Reading } from './source.ts';
import type { ActionInfo, FoundAction } from './uses.ts';

/** How deep pipelines and composite actions may use each other (GitHub's limit). */
export const useDepth = 10;

/** What loading touches: files come in as functions, so that the room stays pure. */
export type LoadRequest = {
  readonly file: string;
  /** The text of a file, or undefined where there is none. */
  readonly readText: (file: string) => string | undefined;
  /** The path of a file with its links resolved; absent where paths are taken as they are (tests). */
  readonly realPath?: (file: string) => string | undefined;
  /** Directories that used files must lie in: the site and the tool's `pipelines/`; that of `file` is always one. */
  readonly roots?: readonly string[];
  /** The built-in actions by their name (`slipway/assert`). */
  readonly actions: ReadonlyMap<string, ActionInfo>;
  /** Shapes of contexts that are known: `globals`, `groups`, `secrets`, `services`, `vars`. */
  readonly shapes?: Readonly<Record<string, ContextShape>>;
};

export type Loaded = {
  /** Undefined where the file could not be read at all. */
  readonly pipeline: Pipeline | undefined;
  /** Of every file, in the order of reading, then by line. */
  readonly problems: readonly Problem[];
  /** Every file that was read, the first one first. */
  readonly files: readonly string[];
};

/**
 * Reads a pipeline with all that it uses and checks everything that can be known before a run, in one pass. Never
 * throws: every problem of every file is collected, with its place.
 */
export function loadPipeline(request: LoadRequest): Loaded {
  const loader = new Loader(request);
  const pipeline = loader.start();
  if (pipeline) loader.problems.push(...checkScopes(pipeline, request.actions));
  const files = [...loader.files];
  return { pipeline, problems: inOrder(loader.problems, files), files };
}

function inOrder(problems: readonly Problem[], files: readonly string[]): readonly Problem[] {
  const place = ({ at }: Problem) => (at ? files.indexOf(at.file) : -1);
  return [...problems].sort(
    (a, b) =>
      place(a) - place(b) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}

class Loader {
  readonly problems: Problem[] = [];
  readonly files = new Set<string>();
  private readonly request: LoadRequest;
  private readonly roots: readonly string[];
  private readonly pipelines = new Map<string, Pipeline | undefined>();
  private readonly composites = new Map<string, CompositeAction | undefined>();
  private readonly open: string[] = [];

  constructor(request: LoadRequest) {
    this.request = request;
    this.roots = [dirname(request.file), ...(request.roots ?? [])].map(
      (root) => this.real(root) ?? normalize(root),
    );
  }

  start(): Pipeline | undefined {
    const { file } = this.request;
    const text = this.request.readText(file);
    if (text === undefined) {
      this.problems.push(
        problem('E_FILE_NOT_FOUND', `there is no file "${file}"`, { hint: 'look at the path' }),
      );
      return undefined;
    }
    return this.inside(file, () => this.pipelineOf(file, text));
  }

  private pipelineOf(file: string, text: string): Pipeline | undefined {
    const read = this.tree(file, text);
    if (!read) return undefined;
    const kind = yamlEntry(read, 'jobs') && !yamlEntry(read, 'stages') ? 'workflow' : 'pipeline';
    const reading = this.reading(file, kind);
    const pipeline = readPipeline(read, reading, this.tools());
    this.problems.push(...reading.problems);
    return pipeline;
  }

  private compositeOf(file: string, text: string): CompositeAction | undefined {
    const read = this.tree(file, text);
    if (!read) return undefined;
    const reading = this.reading(file, 'action');
    const action = readAction(read, reading, this.tools());
    this.problems.push(...reading.problems);
    // Its steps run elsewhere than where the command was called: the path must hold there too.
    return action && { ...action, directory: this.real(action.directory) ?? action.directory };
  }

  private tree(file: string, text: string): YamlNode | undefined {
    this.files.add(file);
    const { node, problems } = readYaml(text, file);
    this.problems.push(...problems);
    if (node) return node;
    if (problems.length === 0) {
      const at = { file, line: 1, column: 1 };
      this.problems.push(problem('E_SCHEMA_MISSING_KEY', 'the file is empty', { at }));
    }
    return undefined;
  }

  private reading(file: string, kind: FileKind): Reading {
    return { file, kind, problems: [], expressions: [], unreadable: new Set() };
  }

  private tools(): ReadTools {
    return {
      actions: this.request.actions,
      shapes: this.request.shapes ?? {},
      pipeline: (reference, from) => this.usePipeline(reference, from),
      action: (reference, from) => this.useAction(reference, from),
    };
  }

  private usePipeline(reference: YamlScalar, from: Reading): Pipeline | undefined {
    const { text, at } = reference;
    if (!isLocal(text)) {
      const hint = 'pipelines of this site and tool can be used: ./other.yml';
      from.problems.push(problem('E_PIPELINE_USES', `"${text}" is no path of a pipeline file`, { at, hint }));
      return undefined;
    }
    const found = this.find(text, from, at, (path) => [path]);
    return (
      found && this.once(this.pipelines, { ...found, from, at }, (file, body) => this.pipelineOf(file, body))
    );
  }

  private useAction(reference: YamlScalar, from: Reading): FoundAction | undefined {
    const { text, at } = reference;
    if (isLocal(text)) {
      const found = this.find(text, from, at, (path) => [
        join(path, 'action.yml'),
        join(path, 'action.yaml'),
      ]);
      const action =
        found &&
        this.once(this.composites, { ...found, from, at }, (file, body) => this.compositeOf(file, body));
      return action && { kind: 'composite', action };
    }
    const info = this.request.actions.get(text);
    if (info) return { kind: 'action', info };
    if (/^actions\/checkout(?:@|$)/.test(text))
      return { kind: 'composite', action: checkoutAction(from.file) };
    from.problems.push(unusableAction(text, at, this.request.actions));
    return undefined;
  }

  /** The file that a local reference names; GitHub's workflow files name paths from the root of the repository. */
  private find(
    text: string,
    from: Reading,
    at: SourcePosition,
    candidates: (path: string) => readonly string[],
  ): { readonly file: string; readonly text: string } | undefined {
    const bases =
      from.kind === 'workflow' ? [...(this.request.roots ?? []), dirname(from.file)] : [dirname(from.file)];
    const files = bases.flatMap((base) => candidates(join(base, text)));
    for (const file of files) {
      const real = this.real(file);
      if (real === undefined) continue;
      if (!this.roots.some((root) => isInside(real, root))) {
        const hint = `used files lie in ${this.roots.join(' or ')}`;
        from.problems.push(problem('E_PIPELINE_OUTSIDE', `"${text}" leads out of the site`, { at, hint }));
        return undefined;
      }
      const body = this.request.readText(file);
      if (body !== undefined) return { file, text: body };
    }
    const message = `"${text}" does not exist: there is no ${files.join(' or ')}`;
    from.problems.push(
      problem('E_PIPELINE_USES', message, { at, hint: 'paths begin at the file that names them' }),
    );
    return undefined;
  }

  private once<T>(
    cache: Map<string, T | undefined>,
    use: {
      readonly file: string;
      readonly text: string;
      readonly from: Reading;
      readonly at: SourcePosition;
    },
    read: (file: string, text: string) => T | undefined,
  ): T | undefined {
    const key = this.real(use.file) ?? use.file;
    if (cache.has(key)) return cache.get(key);
    const start = this.open.indexOf(key);
    if (start !== -1 || this.open.length >= useDepth) {
      const message =
        start === -1
          ? `files use each other more than ${useDepth} deep`
          : `the file uses itself: ${[...this.open.slice(start), key].join(' uses ')}`;
      use.from.problems.push(problem('E_PIPELINE_RECURSION', message, { at: use.at }));
      return undefined;
    }
    const made = this.inside(use.file, () => read(use.file, use.text));
    cache.set(key, made);
    return made;
  }

  private inside<T>(file: string, body: () => T): T {
    this.open.push(this.real(file) ?? file);
    try {
      return body();
    } finally {
      this.open.pop();
    }
  }

  private real(file: string): string | undefined {
    const { realPath } = this.request;
    return realPath ? realPath(file) : normalize(file);
  }
}
