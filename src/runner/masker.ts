import { secretForms } from './secret-forms.ts';

/** Replaces secrets in text. */
export type Masker = {
  readonly add: (secret: string) => void;
  readonly mask: (text: string) => string;
  /**
   * Cuts a text that goes on later into what may be shown now and what must wait, so that no secret is cut in two.
   */
  readonly cut: (text: string) => readonly [now: string, later: string];
};

export const maskText = '***';
const wholeWordBelow = 4;

/**
 * Makes a masker. All forms of `secretForms` are replaced by `***`, the longest first; forms under four characters
 * only where they stand as a word of their own, and single characters never.
 */
export function createMasker(secrets: Iterable<string> = []): Masker {
  const known = new Set<string>();
  const forms: Set<string> = new Set();
  let longest = 0;
  let pattern: RegExp | undefined;
  const add = (secret: string) => {
    if (secret === maskText || known.has(secret)) return;
    known.add(secret);
    for (const form of secretForms(secret)) {
      if (form === maskText) continue;
      forms.add(form);
      longest = Math.max(longest, form.length);
    }
    pattern = undefined;
  };
  for (const secret of secrets) add(secret);
  const compiled = () => {
    pattern ??= forms.size === 0 ? /(?!)/g : patternOf(forms);
    return pattern;
  };
  return {
    add,
    mask: (text) => (forms.size === 0 ? text : text.replace(compiled(), maskText)),
    cut: (text) => {
      if (forms.size === 0) return [text, ''];
      const at = safeCut(text, longest, compiled());
      return [text.slice(0, at), text.slice(at)];
    },
  };
}

/** The last place before which no secret can have begun that is not ended. */
function safeCut(text: string, longest: number, pattern: RegExp): number {
  let at = Math.max(0, text.length - longest + 1);
  for (const match of text.matchAll(pattern)) {
    if (match.index < at && match.index + match[0].length > at) at = match.index;
  }
  return at;
}

function patternOf(forms: Iterable<string>): RegExp {
  const long = [...forms].filter((form) => form.length >= wholeWordBelow);
  const short = [...forms].filter((form) => form.length < wholeWordBelow);
  const parts: string[] = [];
  if (long.length > 0) parts.push(trieSource(trieOf(long)));
  if (short.length > 0) parts.push(`(?<![A-Za-z0-9])${trieSource(trieOf(short))}(?![A-Za-z0-9])`);
  return new RegExp(parts.join('|'), 'g');
}

type Trie = { readonly next: Map<string, Trie>; end: boolean };

/** A trie keeps the pattern quick whatever the number of secrets: each character is looked at once. */
function trieOf(words: readonly string[]): Trie {
  const root: Trie = { next: new Map(), end: false };
  for (const word of words) {
    let here = root;
    for (let i = 0; i < word.length; i++) {
      const unit = word.charAt(i);
      let below = here.next.get(unit);
      if (!below) {
        below = { next: new Map(), end: false };
        here.next.set(unit, below);
      }
      here = below;
    }
    here.end = true;
  }
  return root;
}

function trieSource(start: Trie): string {
  let source = '';
  let here = start;
  let opened = '';
  for (;;) {
    if (here.next.size !== 1) {
      const branches = [...here.next].map(([unit, below]) => escapeUnit(unit) + trieSource(below));
      if (branches.length > 0) source += `(?:${branches.join('|')})${here.end ? '?' : ''}`;
      return source + opened;
    }
    const [unit, below] = [...here.next][0] as [string, Trie];
    if (here.end) {
      source += '(?:';
      opened = `)?${opened}`;
    }
    source += escapeUnit(unit);
    here = below;
  }
}

function escapeUnit(unit: string): string {
  if (/[A-Za-z0-9]/.test(unit)) return unit;
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
