/**
 * The one door to nunjucks 3.2.4. The library is frozen, so its parser and compiler are extended as classes here;
 * this file gives their shapes, which its own types leave out.
 */
import nunjucks from 'nunjucks';
// @ts-expect-error the file has no types: it exports `transform`, which lifts `super()` out of blocks.
import transformer from 'nunjucks/src/transformer.js';

/** A node of the syntax tree. Lines and columns are 0-based. Which fields there are depends on `typename`. */
export type Node = {
  readonly lineno: number;
  readonly colno: number;
  readonly typename: string;
  children: Node[];
  name: Node;
  value: unknown;
  args: Node;
  target: Node;
  targets: Node[];
  val: Node;
  key: Node;
  cond: Node;
  body: Node;
  else_: Node | null;
  arr: Node;
  left: Node;
  right: Node;
  expr: Node;
  ops: (Node & { type: string })[];
  template: Node;
  names: Node;
  withContext: boolean | null;
  ignoreMissing: boolean;
  /** Ours: the condition of `for … in … if …`, the parts of `x[a:b:c]`. */
  filter?: Node;
  parts?: (Node | undefined)[];
  addChild: (node: Node) => void;
};

export type NodeClass = new (lineno?: number, colno?: number, ...fields: unknown[]) => Node;

export type Token = {
  readonly type: string;
  readonly value: string;
  readonly lineno: number;
  readonly colno: number;
};

/** Names as the compiled code sees them: at compile time, from a template's name to a variable of JavaScript. */
export type Frame = {
  parent?: Frame;
  topLevel: boolean;
  set: (name: string, value: unknown, resolveUp?: boolean) => void;
  lookup: (name: string) => unknown;
  push: (isolate?: boolean) => Frame;
};

export type Context = {
  lookup: (name: string) => unknown;
  getVariables: () => Record<string, unknown>;
};

export type ParserBase = {
  readonly tokens: { readonly lineno: number; readonly colno: number };
  breakOnBlocks: string[] | null;
  dropLeadingWhitespace: boolean;
  nextToken(withWhitespace?: boolean): Token | null;
  peekToken(): Token | null;
  pushToken(token: Token | null): void;
  fail(message: string, lineno?: number, colno?: number): never;
  skip(type: string): boolean;
  skipValue(type: string, value: string): boolean;
  skipSymbol(value: string): boolean;
  advanceAfterBlockEnd(name?: string): Token;
  advanceAfterVariableEnd(): void;
  parseExpression(): Node;
  parseOr(): Node;
  parsePrimary(noPostfix?: boolean): Node;
  parseUntilBlocks(...names: string[]): Node;
  parseStatement(): Node | null;
  parseNodes(): Node[];
  parseAggregate(): Node | null;
  parseSignature(tolerant?: boolean, noParens?: boolean): Node | null;
  parseFor(): Node;
  parseAsRoot(): Node;
};

export type CompilerBase = {
  buffer: string;
  _emit(code: string): void;
  _emitLine(code: string): void;
  _emitFuncBegin(node: Node, name: string): void;
  _emitLoopBindings(node: Node, list: string, index: string, length: string): void;
  _tmpid(): string;
  _makeCallback(result: string): string;
  _addScopeLevel(): void;
  _withScopedSyntax(body: () => void): void;
  _templateName(): string;
  _getNodeName(node: Node): string;
  _compileExpression(node: Node, frame: Frame): void;
  _compileAggregate(node: Node, frame: Frame, start?: string, end?: string): void;
  compile(node: Node, frame?: Frame): void;
  compileSet(node: Node, frame: Frame): void;
  getCode(): string;
};

export type Template = {
  /** Fills in its blocks and root; to be called before a template extends it. */
  readonly compile: () => void;
  readonly render: (
    variables: Record<string, unknown>,
    frame: Frame,
    done: (error: unknown, text?: string) => void,
  ) => void;
  readonly getExported: (...args: unknown[]) => void;
};

export type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** The functions that code compiled from a template exports: its root and its blocks (`b_NAME`). */
export type CompiledTemplate = Readonly<Record<string, unknown>>;

export type Environment = {
  readonly filters: Record<string, Callable>;
  readonly tests: Record<string, Callable>;
  readonly globals: Record<string, unknown>;
  /** The templates that were read; a name that is deleted is read again. */
  readonly cache: Record<string, unknown>;
  readonly getTemplate: (name: string) => Template;
};

type Internals = {
  parser: { Parser: new (tokens: unknown) => ParserBase };
  lexer: { lex: (text: string, options: object) => unknown };
  compiler: { Compiler: new (name: string, throwOnUndefined: boolean) => CompilerBase };
  nodes: Record<string, NodeClass> & { Node: { extend: (name: string, fields: object) => NodeClass } };
  runtime: {
    Frame: new () => Frame;
    makeMacro: (names: string[], keywords: string[], body: Callable) => Callable;
    makeKeywordArgs: (values: object) => object;
    SafeString: new (text: string) => object;
  } & Record<string, unknown>;
  Environment: new (loader: object, options: object) => Environment;
};

const internals = nunjucks as unknown as Internals;

export const { nodes, lexer, runtime: baseRuntime } = internals;
export const { Parser } = internals.parser;
export const { Compiler } = internals.compiler;

/** Lifts `super()` out of blocks; to be called between parsing and compiling. */
export const transform: (root: Node, asyncFilters: string[]) => Node = transformer.transform;

/** An environment whose templates come compiled from `load`, which throws where a name is unknown. */
export function makeEnvironment(
  load: (name: string) => { path: string; code: CompiledTemplate },
): Environment {
  const loader = {
    cache: {},
    on: () => undefined,
    getSource: (name: string) => {
      const { path, code } = load(name);
      return { src: { type: 'code', obj: code }, path, noCache: false };
    },
  };
  const env = new internals.Environment(loader, { autoescape: false, dev: true });
  return Object.assign(env, { cache: loader.cache });
}

/** True for the object that stands last in the arguments of a call with keywords. */
export function isKeywords(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__keywords');
}
