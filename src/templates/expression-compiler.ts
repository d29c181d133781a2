import type { SourcePosition } from '../lib/position.ts';
import { Compiler, type Frame, type Node } from './nunjucks.ts';

const constants = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);

/**
 * Emits JavaScript in which each operation goes through our runtime with its place (`$at[n]`), since Jinja2's
 * operators are Python's and every failure must name its line.
 */
export class ExpressionCompiler extends Compiler {
  file = '';
  readonly places: SourcePosition[] = [];

  protected at(node: Node, length?: number): string {
    const place = { file: this.file, line: node.lineno + 1, column: node.colno + 1 };
    this.places.push(length === undefined ? place : { ...place, length });
    return `$at[${this.places.length - 1}]`;
  }

  /** Emits `runtime.NAME(part, part, …)`; a part is code, or a node to compile. */
  protected call(name: string, frame: Frame, ...parts: (string | Node)[]): void {
    this._emit(`runtime.${name}(`);
    for (const [index, part] of parts.entries()) {
      if (index > 0) this._emit(', ');
      if (typeof part === 'string') this._emit(part);
      else this.compile(part, frame);
    }
    this._emit(')');
  }

  private lazily(node: Node, frame: Frame): void {
    this._emit('() => (');
    this.compile(node, frame);
    this._emit(')');
  }

  override _compileExpression(node: Node, frame: Frame): void {
    this.compile(node, frame);
  }

  compileSymbol(node: Node, frame: Frame): void {
    const name = node.value as string;
    const constant = constants.get(name);
    if (constant) {
      this._emit(constant);
      return;
    }
    const local = frame.lookup(name);
    const at = this.at(node, name.length);
    if (typeof local === 'string') this.call('local', frame, local, JSON.stringify(name), at);
    else
      this.call('variable', frame, 'env', 'context', 'frame', `{ name: ${JSON.stringify(name)}, at: ${at} }`);
  }

  compileLookupVal(node: Node, frame: Frame): void {
    const name = this._getNodeName(node.target);
    const place = node.val.typename === 'Slice' ? node : node.val;
    if (node.val.typename === 'Array') node.val = node.val.children[0] as Node;
    this.call('attribute', frame, node.target, node.val, JSON.stringify(name), this.at(place));
  }

  compileSlice(node: Node, frame: Frame): void {
    this._emit('runtime.slice([');
    for (const part of node.parts ?? []) {
      if (part) this.compile(part, frame);
      else this._emit('undefined');
      this._emit(', ');
    }
    this._emit('])');
  }

  compileDict(node: Node, frame: Frame): void {
    this._emit('runtime.map([');
    for (const pair of node.children) {
      this._emit('[');
      this.compile(pair.key, frame);
      this._emit(', ');
      this.compile(pair.value as Node, frame);
      this._emit('], ');
    }
    this._emit('])');
  }

  compileKeywordArgs(node: Node, frame: Frame): void {
    this._emit('runtime.makeKeywordArgs({');
    for (const pair of node.children) {
      if (pair.typename === 'KeywordSplat') {
        this._emit('...');
        this.call('keywords', frame, pair.target, this.at(pair));
      } else {
        this._emit(`${JSON.stringify(pair.key.value)}: `);
        this.compile(pair.value as Node, frame);
      }
      this._emit(', ');
    }
    this._emit('})');
  }

  compileSplat(node: Node, frame: Frame): void {
    this._emit('...');
    this.call('items', frame, node.target, this.at(node));
  }

  compileInlineIf(node: Node, frame: Frame): void {
    this._emit('(');
    this.call('isTrue', frame, node.cond);
    this._emit(' ? ');
    this.compile(node.body, frame);
    this._emit(' : ');
    if (node.else_) this.compile(node.else_, frame);
    else this._emit('""');
    this._emit(')');
  }

  compileAnd(node: Node, frame: Frame): void {
    this.branch('and', node, frame);
  }

  compileOr(node: Node, frame: Frame): void {
    this.branch('or', node, frame);
  }

  private branch(name: string, node: Node, frame: Frame): void {
    this._emit(`runtime.${name}(`);
    this.compile(node.left, frame);
    this._emit(', ');
    this.lazily(node.right, frame);
    this._emit(')');
  }

  compileNot(node: Node, frame: Frame): void {
    this._emit('!');
    this.call('isTrue', frame, node.target);
  }

  compileIn(node: Node, frame: Frame): void {
    this.call('contains', frame, node.left, node.right, this.at(node));
  }

  compileCompare(node: Node, frame: Frame): void {
    this._emit('runtime.compare(');
    this.compile(node.expr, frame);
    this._emit(', [');
    for (const op of node.ops) {
      this._emit(`[${JSON.stringify(op.type)}, `);
      this.lazily(op.expr, frame);
      this._emit('], ');
    }
    this._emit(`], ${this.at(node)})`);
  }

  compileAdd = this.binary('+');
  compileSub = this.binary('-');
  compileMul = this.binary('*');
  compileDiv = this.binary('/');
  compileFloorDiv = this.binary('//');
  compileMod = this.binary('%');
  compilePow = this.binary('**');
  compileConcat = this.binary('~');

  private binary(operator: string) {
    return (node: Node, frame: Frame): void =>
      this.call('operate', frame, JSON.stringify(operator), node.left, node.right, this.at(node));
  }

  compileNeg(node: Node, frame: Frame): void {
    this.call('operate', frame, '"-"', '0', node.target, this.at(node));
  }

  compilePos(node: Node, frame: Frame): void {
    this.call('operate', frame, '"+"', '0', node.target, this.at(node));
  }

  compileIs(node: Node, frame: Frame): void {
    const { right } = node;
    const isCall = right.typename === 'FunCall';
    const name = String(isCall ? right.name.value : right.value);
    this._emit(`runtime.test({ env, context, name: ${JSON.stringify(name)} }, `);
    this.compile(node.left, frame);
    this._emit(', ');
    if (isCall) this._compileAggregate(right.args, frame, '[', ']');
    else this._emit('[]');
    this._emit(`, ${this.at(right)})`);
  }

  compileFilter(node: Node, frame: Frame): void {
    const name = node.name.value as string;
    this._emit(`runtime.filter({ env, context, name: ${JSON.stringify(name)} }, `);
    this._compileAggregate(node.args, frame, '[', ']');
    this._emit(`, ${this.at(node.name, name.length)})`);
  }

  compileFunCall(node: Node, frame: Frame): void {
    this._emit('runtime.call(');
    this.compile(node.name, frame);
    this._emit(`, ${JSON.stringify(this._getNodeName(node.name))}, context, { args: `);
    this._compileAggregate(node.args, frame, '[', ']');
    this._emit(`, at: ${this.at(node.name)} })`);
  }
}
