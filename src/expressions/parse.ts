import { statusFunctions } from './functions.ts';
import {
  Binary,
  ContextAccess,
  type Expr,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  parseTree,
  Star,
  type SyntaxTree,
  Unary,
} from './library.ts';
import type { Call, ParsedExpression, Reference, TextSpan } from './model.ts';

const cacheSize = 5_000;
const cache = new Map<string, ParsedExpression & { readonly tree: SyntaxTree }>();

/** Parses an expression, once for each text. Throws ExpressionSyntaxError. */
export function parseExpression(text: string): ParsedExpression {
  return parsed(text);
}

/** The tree of an expression. */
export function treeOf(expression: ParsedExpression): Expr {
  return parsed(expression.text).tree.root;
}

function parsed(text: string): ParsedExpression & { readonly tree: SyntaxTree } {
  const known = cache.get(text);
  if (known) return known;
  const tree = parseTree(text);
  const { references, calls } = collect(tree);
  const hasStatusFunction = calls.some((call) => statusFunctions.includes(call.name.toLowerCase()));
  const made = { text, references, calls, hasStatusFunction, tree };
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value ?? '');
  cache.set(text, made);
  return made;
}

/** What a tree reads and calls, in the order of the text. */
function collect({ root, spans }: SyntaxTree): { references: Reference[]; calls: Call[] } {
  const references: Reference[] = [];
  const calls: Call[] = [];
  const nowhere: TextSpan = { offset: 0, length: 1 };
  const walk = (node: Expr): void => {
    if (node instanceof ContextAccess || node instanceof IndexAccess) walkPath(node);
    else if (node instanceof FunctionCall) {
      const span = spans.get(node.functionName) ?? nowhere;
      calls.push({ name: node.functionName.lexeme, span, argumentCount: node.args.length });
    }
    for (const child of childrenOf(node)) walk(child);
  };
  const walkPath = (end: ContextAccess | IndexAccess): void => {
    const path: (string | undefined)[] = [];
    const parts: TextSpan[] = [];
    const indices: Expr[] = [];
    let node: Expr = end;
    while (node instanceof IndexAccess) {
      const { index } = node;
      const isName = index instanceof Literal;
      path.unshift(index instanceof Star ? '*' : isName ? index.literal.coerceString() : undefined);
      parts.unshift((isName && spans.get(index.token)) || nowhere);
      if (!isName && !(index instanceof Star)) indices.unshift(index);
      node = node.expr;
    }
    if (node instanceof ContextAccess) {
      const base = spans.get(node.name) ?? nowhere;
      const filled = parts.map((part) => (part === nowhere ? base : part));
      references.push({ path: [node.name.lexeme, ...path], parts: [base, ...filled] });
    } else walk(node);
    for (const index of indices) walk(index);
  };
  walk(root);
  return { references, calls };
}

function childrenOf(node: Expr): readonly Expr[] {
  if (node instanceof Unary) return [node.expr];
  if (node instanceof Grouping) return [node.group];
  if (node instanceof Binary) return [node.left, node.right];
  return node instanceof Logical || node instanceof FunctionCall ? node.args : [];
}
