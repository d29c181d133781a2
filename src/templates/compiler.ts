import type { SourcePosition } from '../lib/position.ts';
import { ExpressionCompiler } from './expression-compiler.ts';
import { lineMark } from './line-marks.ts';
import type { CompiledTemplate, Frame, Node } from './nunjucks.ts';
import { parseTemplate, type Whitespace } from './parser.ts';
import type { Runtime } from './runtime.ts';

/** `marks`: put a line mark before each piece of output. */
export type CompileOptions = Whitespace & {
  readonly file: string;
  readonly marks: boolean;
  readonly runtime: Runtime;
};

/** Compiles a template to functions. Throws TemplateSyntax. */
export function compileTemplate(name: string, text: string, options: CompileOptions): CompiledTemplate {
  const compiler = new JinjaCompiler(name, false);
  compiler.file = options.file;
  compiler.marks = options.marks;
  compiler.compile(parseTemplate(text, options));
  const make = new Function('$runtime', '$at', compiler.getCode());
  return make(options.runtime, compiler.places) as CompiledTemplate;
}

/** Compiles what stands between expressions: output, branches, loops, assignments, other templates. */
class JinjaCompiler extends ExpressionCompiler {
  marks = false;

  override _emitFuncBegin(node: Node, name: string): void {
    super._emitFuncBegin(node, name);
    this._emitLine('runtime = $runtime;');
  }

  compileOutput(node: Node, frame: Frame): void {
    for (const child of node.children) {
      if (child.typename === 'TemplateData') {
        const text = child.value as string;
        if (text !== '') this._emitLine(`${this.buffer} += ${JSON.stringify(this.marked(child, text))};`);
      } else {
        const mark = this.marks ? `${JSON.stringify(lineMark(this.place(node)))} + ` : '';
        this._emit(`${this.buffer} += ${mark}`);
        this.call('print', frame, child, this.at(node));
        this._emitLine(';');
      }
    }
  }

  /** The text with a mark at its start and after each of its line breaks. */
  private marked(node: Node, text: string): string {
    if (!this.marks) return text;
    const lines = text.split('\n');
    return lines
      .map((line, row) => lineMark({ ...this.place(node), line: node.lineno + 1 + row }) + line)
      .join('\n');
  }

  private place(node: Node): SourcePosition {
    return { file: this.file, line: node.lineno + 1, column: node.colno + 1 };
  }

  compileIf(node: Node, frame: Frame): void {
    this._emit('if (');
    this.call('isTrue', frame, node.cond);
    this._emitLine(') {');
    this._withScopedSyntax(() => this.compile(node.body, frame));
    const { else_ } = node;
    if (else_) {
      this._emitLine('} else {');
      this._withScopedSyntax(() => this.compile(else_, frame));
    }
    this._emitLine('}');
  }

  compileFor(node: Node, outer: Frame): void {
    const frame = outer.push();
    const names = (node.name.typename === 'Array' ? node.name.children : [node.name]).map((name) =>
      String(name.value),
    );
    const [list, index, length] = [this._tmpid(), this._tmpid(), this._tmpid()];
    this._emitLine('frame = frame.push();');
    this._emit(`var ${list} = `);
    this.call('loopItems', frame, node.arr, String(names.length), this.at(node.arr));
    this._emitLine(';');
    const { filter } = node;
    if (filter) {
      const item = this._tmpid();
      this._emitLine(`${list} = ${list}.filter((${item}) => {`);
      this.bind(names, item, frame);
      this._emit('return ');
      this.call('isTrue', frame, filter);
      this._emitLine('; });');
    }
    this._emitLine(`var ${length} = ${list}.length;`);
    this._emitLine(`for (var ${index} = 0; ${index} < ${length}; ${index}++) {`);
    this.bind(names, `${list}[${index}]`, frame);
    this._emitLoopBindings(node, list, index, length);
    this._withScopedSyntax(() => this.compile(node.body, frame));
    this._emitLine('}');
    if (node.else_) {
      this._emitLine(`if (!${length}) {`);
      this.compile(node.else_, frame);
      this._emitLine('}');
    }
    this._emitLine('frame = frame.pop();');
  }

  /** Binds the names of a loop to an item, or to its parts. */
  private bind(names: readonly string[], item: string, frame: Frame): void {
    for (const [part, name] of names.entries()) {
      const id = this._tmpid();
      this._emitLine(`var ${id} = ${item}${names.length > 1 ? `[${part}]` : ''};`);
      this._emitLine(`frame.set(${JSON.stringify(name)}, ${id});`);
      frame.set(name, id);
    }
  }

  /** `{% set x.y = … %}` beside what nunjucks knows. */
  override compileSet(node: Node, frame: Frame): void {
    const target = node.targets[0];
    if (target?.typename !== 'LookupVal') {
      super.compileSet(node, frame);
      return;
    }
    this.call('assign', frame, target.target, target.val, node.value as Node, this.at(target));
    this._emitLine(';');
  }

  compileInclude(node: Node, frame: Frame): void {
    this._emit(`${this.buffer} += `);
    const scope = '{ context, frame }';
    this.call('includeTemplate', frame, node.template, scope, this.asker(node, node.ignoreMissing));
    this._emitLine(';');
  }

  /** Leaves a callback open, as nunjucks's code for `extends` and `import` expects it. */
  _compileGetTemplate(node: Node, frame: Frame): string {
    const id = this._tmpid();
    this._emit('((done) => done(null, ');
    this.call('loadTemplate', frame, node.template, this.asker(node, false));
    this._emit(`))(${this._makeCallback(id)}`);
    return id;
  }

  private asker(node: Node, ignoreMissing: boolean): string {
    const parent = this._templateName();
    return `{ env, parent: ${parent}, ignoreMissing: ${ignoreMissing}, at: ${this.at(node.template)} }`;
  }

  compileFromImport(node: Node, frame: Frame): void {
    const module = this._compileGetTemplate(node, frame);
    this._addScopeLevel();
    const scope = node.withContext ? 'context.getVariables(), frame, ' : '';
    this._emitLine(`${module}.getExported(${scope}${this._makeCallback(module)}`);
    this._addScopeLevel();
    for (const child of node.names.children) {
      const isRenamed = child.typename === 'Pair';
      const name = isRenamed ? child.key : child;
      const alias = String(isRenamed ? (child.value as Node).value : child.value);
      const id = this._tmpid();
      this._emit(`var ${id} = `);
      this.call('importedName', frame, module, JSON.stringify(name.value), this.at(name));
      this._emitLine(';');
      frame.set(alias, id);
      if (frame.parent) this._emitLine(`frame.set(${JSON.stringify(alias)}, ${id});`);
      else this._emitLine(`context.setVariable(${JSON.stringify(alias)}, ${id});`);
    }
  }
}
