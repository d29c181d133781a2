import { lexer, type Node, nodes, Parser, type Token, transform } from './nunjucks.ts';

/** Nodes that nunjucks does not have: `*list` and `**map` in a call, `x[a:b:c]`. */
const Splat = nodes.Node.extend('Splat', { fields: ['target'] });
const KeywordSplat = nodes.Node.extend('KeywordSplat', { fields: ['target'] });
const Slice = nodes.Node.extend('Slice', { fields: ['parts'] });

/** The place and text of a syntax error, 0-based. */
export class TemplateSyntax extends Error {
  readonly lineno: number;
  readonly colno: number;

  constructor(message: string, lineno: number, colno: number) {
    super(message);
    this.lineno = lineno;
    this.colno = colno;
  }
}

/** How blanks are treated: `trim` is Jinja2's `trim_blocks` and `lstrip_blocks`, `keepLast` its `keep_trailing_newline`. */
export type Whitespace = { readonly trim: boolean; readonly keepLast: boolean };

/**
 * Parses a template of Jinja2's language. Throws TemplateSyntax.
 * Source of what differs from nunjucks: Jinja2's template designer documentation.
 */
export function parseTemplate(text: string, { trim, keepLast }: Whitespace): Node {
  const lines = text.replace(/\r\n?/g, '\n');
  const source = keepLast ? lines : lines.replace(/\n$/, '');
  const parser = new JinjaParser(lexer.lex(source, { trimBlocks: trim, lstripBlocks: trim }));
  parser.trim = trim;
  try {
    return transform(parser.parseAsRoot(), []);
  } catch (error) {
    if (error instanceof TemplateSyntax) throw error;
    throw parser.unexpected(error);
  }
}

class JinjaParser extends Parser {
  trim = false;
  private readonly open: Token[] = [];

  /** Turns an error of nunjucks into one with a place; at the end of the text the place is the tag left open. */
  unexpected(error: unknown): TemplateSyntax {
    const { message, lineno, colno } = error as Error & { lineno?: number; colno?: number };
    const left = this.open.at(-1);
    const here = this.tokens;
    if (left && this.isAtEnd()) {
      return new TemplateSyntax(`"{% ${left.value} %}" is never closed`, left.lineno, left.colno);
    }
    if (lineno === undefined || colno === undefined) {
      const text = error instanceof TypeError ? 'unexpected end of the template' : message;
      return new TemplateSyntax(text, here.lineno, Math.max(0, here.colno - 1));
    }
    const text = message.replace(/^parse\w+: |^advanceAfterBlockEnd: /, '');
    return new TemplateSyntax(text, lineno - 1, colno - 1);
  }

  private isAtEnd(): boolean {
    try {
      return this.peekToken() === null;
    } catch {
      return false;
    }
  }

  override parseStatement(): Node | null {
    const tag = this.peekToken();
    if (tag === null || this.breakOnBlocks?.includes(tag.value)) {
      return super.parseStatement();
    }
    this.open.push(tag);
    const node = super.parseStatement();
    this.open.pop();
    return node;
  }

  /** The top level of a template, with the place of each piece of text after its blanks were cut off. */
  override parseNodes(): Node[] {
    const list: Node[] = [];
    let afterComment = false;
    for (let token = this.nextToken(); token; token = this.nextToken()) {
      if (token.type === 'data') list.push(this.textNode(token, afterComment));
      afterComment = token.type === 'comment';
      if (token.type === 'block-start') {
        this.dropLeadingWhitespace = false;
        const node = this.parseStatement();
        if (!node) break;
        list.push(node);
      } else if (token.type === 'variable-start') {
        const value = this.parseExpression();
        this.dropLeadingWhitespace = false;
        this.advanceAfterVariableEnd();
        list.push(new nodes['Output']!(token.lineno, token.colno, [value]));
      } else if (token.type === 'comment') {
        this.dropLeadingWhitespace = token.value.at(-3) === '-';
      }
    }
    return list;
  }

  private textNode(token: Token, afterComment: boolean): Node {
    let text = token.value;
    let { lineno, colno } = token;
    if (this.dropLeadingWhitespace) text = text.trimStart();
    else if (this.trim && afterComment) text = text.replace(/^\n/, '');
    this.dropLeadingWhitespace = false;
    const cut = token.value.slice(0, token.value.length - text.length).split('\n');
    if (cut.length > 1) colno = 0;
    lineno += cut.length - 1;
    colno += cut.at(-1)?.length ?? 0;
    const next = this.peekToken();
    const opens = next !== null && /^(block-start|variable-start|comment)$/.test(next.type);
    if (opens && next.value[2] === '-') text = text.trimEnd();
    else if (this.trim && next?.type === 'comment') text = text.replace(/(^|\n)[ \t]+$/, '$1');
    const data = new nodes['TemplateData']!(lineno, colno, text);
    return new nodes['Output']!(lineno, colno, [data]);
  }

  /** `for NAME[, NAME] in LIST [if CONDITION]`: nunjucks takes the condition for one of the list. */
  override parseFor(): Node {
    const tag = this.nextToken() as Token;
    const node = new nodes['For']!(tag.lineno, tag.colno);
    const names = [this.loopName()];
    while (this.skip('comma')) names.push(this.loopName());
    node.name = names[0] as Node;
    if (names.length > 1) node.name = new nodes['Array']!(tag.lineno, tag.colno, names);
    if (!this.skipSymbol('in')) this.fail('expected "in" after the names of a loop');
    node.arr = this.parseOr();
    if (this.skipSymbol('if')) node.filter = this.parseExpression();
    this.advanceAfterBlockEnd(tag.value);
    node.body = this.parseUntilBlocks('endfor', 'else');
    if (this.skipSymbol('else')) {
      this.advanceAfterBlockEnd('else');
      node.else_ = this.parseUntilBlocks('endfor');
    }
    this.advanceAfterBlockEnd();
    return node;
  }

  private loopName(): Node {
    const parenthesis = this.skip('left-paren');
    const name = this.parsePrimary(true);
    if (parenthesis || name.typename !== 'Symbol') {
      this.fail('the variable of a loop must be a name', name.lineno, name.colno);
    }
    return name;
  }

  /** Lists, maps, tuples and slices, with the trailing comma. */
  override parseAggregate(): Node | null {
    const start = this.nextToken();
    const ends: Record<string, string> = {
      'left-paren': 'right-paren',
      'left-bracket': 'right-bracket',
      'left-curly': 'right-curly',
    };
    const end = start && ends[start.type];
    if (!start || !end) {
      this.pushToken(start);
      return null;
    }
    const items: Node[] = [];
    let commas = 0;
    while (!this.skip(end)) {
      if (items.length > commas) {
        const token = this.peekToken();
        if (!this.skip('comma')) this.fail(`expected "," or the end of the list, got ${named(token)}`);
        commas += 1;
        continue;
      }
      items.push(end === 'right-curly' ? this.pair() : this.item(end));
    }
    const isTuple = end === 'right-paren' && (commas > 0 || items.length === 0);
    const kind = end === 'right-curly' ? 'Dict' : end === 'right-paren' && !isTuple ? 'Group' : 'Array';
    return new nodes[kind]!(start.lineno, start.colno, items);
  }

  private pair(): Node {
    const key = this.parseExpression();
    if (!this.skip('colon')) this.fail(`expected ":" after a key, got ${named(this.peekToken())}`);
    return new nodes['Pair']!(key.lineno, key.colno, key, this.parseExpression());
  }

  private item(end: string): Node {
    const here = this.peekToken();
    const first = here?.type === 'colon' ? undefined : this.parseExpression();
    if (end !== 'right-bracket' || this.peekToken()?.type !== 'colon') return first as Node;
    const parts: (Node | undefined)[] = [first];
    while (this.skip('colon')) {
      const type = this.peekToken()?.type;
      parts.push(type === 'colon' || type === end ? undefined : this.parseExpression());
    }
    return new Slice(here?.lineno, here?.colno, parts);
  }

  /** The arguments of a call or the parameters of a macro, with `*list`, `**map` and the trailing comma. */
  override parseSignature(tolerant?: boolean, noParens?: boolean): Node | null {
    const start = this.peekToken();
    if (start?.type !== 'left-paren') {
      if (tolerant) return null;
      if (!noParens) this.fail(`expected "(", got ${named(start)}`);
    } else {
      this.nextToken();
    }
    const args = new nodes['NodeList']!(start?.lineno, start?.colno);
    const keywords = new nodes['KeywordArgs']!(start?.lineno, start?.colno);
    const end = noParens ? 'block-end' : 'right-paren';
    let first = true;
    while (this.peekToken()?.type !== end) {
      if (!first && !this.skip('comma')) {
        this.fail(`expected "," or ")", got ${named(this.peekToken())}`);
      }
      first = false;
      if (this.peekToken()?.type === end) break;
      this.argument(args, keywords);
    }
    if (!noParens) this.nextToken();
    if (keywords.children.length > 0) args.addChild(keywords);
    return args;
  }

  private argument(args: Node, keywords: Node): void {
    const at = this.peekToken();
    if (this.skipValue('operator', '*')) {
      args.addChild(new Splat(at?.lineno, at?.colno, this.parseExpression()));
    } else if (this.skipValue('operator', '**')) {
      keywords.addChild(new KeywordSplat(at?.lineno, at?.colno, this.parseExpression()));
    } else {
      const value = this.parseExpression();
      if (!this.skipValue('operator', '=')) args.addChild(value);
      else keywords.addChild(new nodes['Pair']!(value.lineno, value.colno, value, this.parseExpression()));
    }
  }
}

function named(token: Token | null): string {
  return token === null ? 'the end of the template' : `"${token.value}"`;
}
