import {
  Binary,
  ContextAccess,
  type Expr,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
} from './library.ts';

/** The text of a tree, spaces made regular. */
export function renderTree(node: Expr): string {
  if (node instanceof Literal) return node.token.lexeme;
  if (node instanceof ContextAccess) return node.name.lexeme;
  if (node instanceof Grouping) return `(${renderTree(node.group)})`;
  if (node instanceof Unary) return `!${renderTree(node.expr)}`;
  if (node instanceof Binary) {
    return `${renderTree(node.left)} ${node.operator.lexeme} ${renderTree(node.right)}`;
  }
  if (node instanceof Logical) return node.args.map(renderTree).join(` ${node.operator.lexeme} `);
  if (node instanceof FunctionCall)
    return `${node.functionName.lexeme}(${node.args.map(renderTree).join(', ')})`;
  if (node instanceof IndexAccess) {
    const base = renderTree(node.expr);
    if (node.index instanceof Star) return `${base}.*`;
    const index = renderTree(node.index);
    return node.index instanceof Literal && /^[A-Za-z_][\w-]*$/.test(index)
      ? `${base}.${index}`
      : `${base}[${index}]`;
  }
  return '?';
}
