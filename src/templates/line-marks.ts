import type { SourcePosition } from '../lib/position.ts';

/** Characters of Unicode's private use area, which no template of text has any business with. */
const start = '\uE0F0';
const end = '\uE0F1';
const mark = new RegExp(`${start}(\\d+):([^${end}]*)${end}`, 'g');

/** What stands invisibly in marked output, at the start of what the template line wrote. */
export function lineMark(at: SourcePosition): string {
  return `${start}${at.line}:${at.file}${end}`;
}

/**
 * Takes the marks out of a marked text: the text without them, and the place of each of its lines. A line's place is
 * that of its first visible character; a line of a value with several lines has the place of the value.
 */
export function takeMarks(marked: string): { text: string; places: (SourcePosition | undefined)[] } {
  const lines: string[] = [];
  const places: (SourcePosition | undefined)[] = [];
  let last: SourcePosition | undefined;
  for (const line of marked.split('\n')) {
    let place = last;
    let seen = false;
    let rest = 0;
    for (const match of line.matchAll(mark)) {
      seen ||= line.slice(rest, match.index).trim() !== '';
      last = { file: match[2] as string, line: Number(match[1]), column: 1 };
      if (!seen) place = last;
      rest = match.index + match[0].length;
    }
    lines.push(line.replace(mark, ''));
    places.push(place);
  }
  return { text: lines.join('\n'), places };
}
