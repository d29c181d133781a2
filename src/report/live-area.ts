import { cutTo } from './format.ts';

/** A part at the end of a terminal that is drawn anew, with lasting lines printed above it. */
export type LiveArea = {
  /** Prints lasting lines above the area. */
  readonly print: (lines: readonly string[]) => void;
  /** Draws the area's lines, cut to the terminal's width. */
  readonly draw: (lines: readonly string[]) => void;
  readonly clear: () => void;
};

const controlStart = '\u001b[';

/** `columns` is the width; lines are cut by their visible length. */
export function createLiveArea(write: (text: string) => void, columns: number): LiveArea {
  let drawn: readonly string[] = [];
  const up = () => (drawn.length === 0 ? '' : `${controlStart}${drawn.length}A\r${controlStart}J`);
  const rendered = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return {
    print: (lines) => {
      if (lines.length === 0) return;
      write(`${up()}${rendered(lines)}${rendered(drawn)}`);
    },
    draw: (lines) => {
      const cut = lines.map((line) => cutVisible(line, Math.max(10, columns - 1)));
      if (cut.length === drawn.length && cut.every((line, i) => line === drawn[i])) return;
      write(`${up()}${rendered(cut)}`);
      drawn = cut;
    },
    clear: () => {
      if (drawn.length > 0) write(up());
      drawn = [];
    },
  };
}

const colour = new RegExp(`(${String.fromCharCode(27)}\\[[0-9;]*m)`);

/** Cuts a line with colours to a visible width, and ends the colours. */
export function cutVisible(line: string, width: number): string {
  const parts = line.split(colour);
  const visible = parts.filter((_, i) => i % 2 === 0).join('');
  if (visible.length <= width) return line;
  let left = width;
  let text = '';
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 1) {
      text += part;
      continue;
    }
    if (left <= 0) continue;
    text += part.length <= left ? part : cutTo(part, left);
    left -= part.length;
  }
  return `${text}${controlStart}0m`;
}
