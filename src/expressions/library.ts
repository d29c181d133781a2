import {
  data,
  Evaluator,
  type Expr,
  ExpressionError,
  Lexer,
  Parser,
  wellKnownFunctions,
} from '@actions/expressions';
import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
} from '@actions/expressions/ast';
import { type Token, TokenType } from '@actions/expressions/lexer';
import { falsy } from '@actions/expressions/result';
import { expressionLimits, type TextSpan } from './model.ts';

// Without this, `constructor('x')` would be a function of the language.
Object.setPrototypeOf(wellKnownFunctions, null);

/** Functions of the language and ours, with the number of arguments they take; names in lower case. */
export const functionArity: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  ...Object.fromEntries(
    Object.entries(wellKnownFunctions).map(([name, one]) => [name, { min: one.minArgs, max: one.maxArgs }]),
  ),
  success: { min: 0, max: 255 },
  failure: { min: 0, max: 255 },
  always: { min: 0, max: 0 },
  cancelled: { min: 0, max: 0 },
  hashfiles: { min: 1, max: 255 },
  members: { min: 1, max: 1 },
  addresses: { min: 1, max: 2 },
  url: { min: 1, max: 2 },
};

/** A text that is no expression: what is wrong and where in it. */
export class ExpressionSyntaxError extends Error {
  readonly span: TextSpan;
  readonly reason: 'syntax' | 'limit';

  constructor(message: string, span: TextSpan, reason: 'syntax' | 'limit' = 'syntax') {
    super(message);
    this.span = span;
    this.reason = reason;
  }
}

/** A parsed tree and the place of each token in the text. */
export type SyntaxTree = { readonly root: Expr; readonly spans: ReadonlyMap<Token, TextSpan> };

/**
 * Parses an expression. Names of contexts and functions are taken as they come: `checkReferences` judges them.
 * Throws ExpressionSyntaxError.
 */
export function parseTree(text: string): SyntaxTree {
  if (text.length > expressionLimits.length) {
    const message = `the expression is longer than ${expressionLimits.length} characters`;
    throw new ExpressionSyntaxError(message, { offset: 0, length: 1 }, 'limit');
  }
  const tokens = lex(text);
  const spans = spansOf(tokens, text);
  const contexts: string[] = [];
  const functions: { name: string; minArgs: number; maxArgs: number }[] = [];
  tokens.forEach((token, index) => {
    if (token.type !== TokenType.IDENTIFIER) return;
    if (tokens[index + 1]?.type !== TokenType.LEFT_PAREN) contexts.push(token.lexeme);
    const { min, max } = functionArity[token.lexeme.toLowerCase()] ?? { min: 0, max: 255 };
    functions.push({ name: token.lexeme, minArgs: min, maxArgs: max });
  });
  try {
    const root = new Parser(tokens, contexts, functions).parse() as Expr | undefined;
    if (root) return { root, spans };
  } catch (error) {
    throw syntaxError(error, text, spans);
  }
  throw new ExpressionSyntaxError('the expression is empty', { offset: 0, length: Math.max(1, text.length) });
}

function lex(text: string): Token[] {
  let tokens: Token[];
  try {
    tokens = new Lexer(text).lex().tokens;
  } catch (error) {
    throw syntaxError(error, text, new Map());
  }
  return tokens.map((token) => {
    if (token.type !== TokenType.STRING) return token;
    // The library unescapes the first '' only.
    return { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") };
  });
}

/** The library's ranges are wrong after a text with a line break, so places are found by walking the lexemes. */
function spansOf(tokens: readonly Token[], text: string): ReadonlyMap<Token, TextSpan> {
  const spans = new Map<Token, TextSpan>();
  let offset = 0;
  for (const token of tokens) {
    while (' \r\t\n'.includes(text[offset] ?? 'x')) offset += 1;
    spans.set(token, { offset, length: Math.max(1, token.lexeme.length) });
    offset += token.lexeme.length;
  }
  return spans;
}

function syntaxError(
  error: unknown,
  text: string,
  spans: ReadonlyMap<Token, TextSpan>,
): ExpressionSyntaxError {
  if (!(error instanceof Error)) throw error;
  if (error instanceof ExpressionError) {
    const token = (error as unknown as { tok: Token }).tok;
    const span = spans.get(token) ?? { offset: 0, length: 1 };
    return new ExpressionSyntaxError(plainMessage(error.message, token), span, reasonOf(error.message));
  }
  const found = /^Unexpected symbol: '([\s\S]*)'\. Located at position (\d+) within expression/.exec(
    error.message,
  );
  if (!found) throw error;
  const symbol = found[1] ?? '';
  const span = { offset: Number(found[2]) - 1, length: Math.max(1, symbol.split('\n')[0]?.length ?? 1) };
  const unclosed = symbol.startsWith("'") && text.indexOf(symbol) + symbol.length >= text.length;
  const what = symbol.includes('"') ? 'text in double quotes' : `"${shorten(symbol)}"`;
  const message = unclosed ? 'the text is not closed by a quote' : `unexpected ${what}`;
  return new ExpressionSyntaxError(message, span);
}

function reasonOf(message: string): 'syntax' | 'limit' {
  return message.startsWith('Exceeded') ? 'limit' : 'syntax';
}

function plainMessage(message: string, token: Token): string {
  const name = shorten(token.lexeme);
  const arity = functionArity[token.lexeme.toLowerCase()];
  if (message.startsWith('Exceeded'))
    return `the expression is nested deeper than ${expressionLimits.parserDepth}`;
  if (message.startsWith('Unexpected end')) return 'the expression ends too early';
  if (message.startsWith('Too few')) return `${name}() needs at least ${counted(arity?.min)}`;
  if (message.startsWith('Too many')) return `${name}() takes at most ${counted(arity?.max)}`;
  if (message.startsWith('Even number'))
    return `${name}() needs pairs of a condition and a value, and a default`;
  return token.type === TokenType.EOF ? 'the expression ends too early' : `unexpected "${name}"`;
}

function counted(count: number | undefined): string {
  return count === 1 ? 'one argument' : `${count} arguments`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

export {
  Binary,
  ContextAccess,
  data,
  Evaluator,
  type Expr,
  FunctionCall,
  falsy,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
  wellKnownFunctions,
};
