/**
 * The patterns of terminal control: CSI, OSC and other string sequences, single escapes, and control characters other
 * than tab and line ends. ECMA-48, "Control Functions for Coded Character Sets".
 */
const controls = new RegExp(
  [
    '\\u001b\\[[0-?]*[ -/]*[@-~]',
    '\\u009b[0-?]*[ -/]*[@-~]',
    '\\u001b[\\]PX^_][^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?',
    '\\u001b[ -/]*[0-~]?',
    '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]',
    '[\\u202a-\\u202e\\u2066-\\u2069]',
  ].join('|'),
  'g',
);

/** Text without terminal escapes, control characters and direction overrides. */
export function stripTerminal(text: string): string {
  return text.replace(controls, '');
}

/** What a terminal shows of a line that a program drew over with carriage returns. */
export function lastDrawn(line: string): string {
  if (!line.includes('\r')) return line;
  const drawn = line.split('\r').filter((part) => part !== '');
  return drawn.at(-1) ?? '';
}
