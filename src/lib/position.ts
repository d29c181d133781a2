/** A place in a file that a user wrote. Lines and columns are 1-based; `length` counts characters for the caret. */
export type SourcePosition = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
};

/** Renders `file:line:column`, the form that editors and terminals make clickable. */
export function renderPosition(at: SourcePosition): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** Turns an offset into `text` into a position. Offsets past the end give the last place of the text. */
export function positionAt(file: string, text: string, offset: number, length = 1): SourcePosition {
  const before = text.slice(0, Math.max(0, offset));
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line += 1;
  return { file, line, column: before.length - lastBreak, length };
}
