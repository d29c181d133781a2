import { UserError } from '../lib/errors.ts';
import type { ConfigText } from './merge.ts';

/** An option with all its values, or a line that is none (a comment, a blank, `!includedir`). */
type Entry =
  | { readonly kind: 'option'; readonly name: string; lines: string[] }
  | { readonly kind: 'text'; readonly line: string };

type Section = { readonly name: string; readonly head: string | undefined; readonly entries: Entry[] };

/**
 * Merges INI files, lowest precedence first. As oslo.config has it: an option may be repeated in a file and then has
 * several values, in order; sections and options are case-sensitive. All the values that a later file has for an option
 * take the place of all that the earlier ones had, where those stood; new options go to the end of their section, new
 * sections to the end. Comments of the first file stay, those of later ones do not come along. An option may stand
 * without a value (`skip-name-resolve` of my.cnf). Throws E_CONFIG_SYNTAX with the place.
 */
export function mergeIni(files: readonly ConfigText[]): string {
  const [base, ...overrides] = files.map(readIni);
  const merged = base ?? [];
  for (const override of overrides) for (const section of override) mergeSection(merged, section);
  return renderIni(merged);
}

function mergeSection(into: Section[], section: Section): void {
  const options = section.entries.filter((entry) => entry.kind === 'option');
  const existing = into.findLast((one) => one.name === section.name);
  if (!existing) {
    into.push({ ...section, entries: options });
    return;
  }
  const all = into.filter((one) => one.name === section.name);
  for (const name of new Set(options.map((option) => option.name))) {
    const mine = options.filter((option) => option.name === name);
    const holder = all.find((one) => one.entries.some((entry) => isOption(entry, name))) ?? existing;
    const first = holder.entries.findIndex((entry) => isOption(entry, name));
    const place = first === -1 ? endOf(holder) : first;
    for (const one of all) {
      const kept = one.entries.filter((entry) => !isOption(entry, name));
      one.entries.splice(0, one.entries.length, ...kept);
    }
    holder.entries.splice(place, 0, ...mine);
  }
}

function isOption(entry: Entry, name: string): boolean {
  return entry.kind === 'option' && entry.name === name;
}

/** Where a new option goes: behind the last one, before the blank lines that end the section. */
function endOf(section: Section): number {
  let end = section.entries.length;
  for (; end > 0; end--) {
    const entry = section.entries[end - 1];
    if (entry?.kind !== 'text' || entry.line.trim() !== '') break;
  }
  return end;
}

function readIni(file: ConfigText): Section[] {
  const sections: Section[] = [{ name: '', head: undefined, entries: [] }];
  let option: Extract<Entry, { kind: 'option' }> | undefined;
  for (const [index, line] of file.text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n').entries()) {
    const section = sections.at(-1) as Section;
    const text = line.trim();
    const fail = (message: string): never => {
      throw new UserError('E_CONFIG_SYNTAX', message, {
        at: { file: file.file, line: index + 1, column: 1, length: Math.max(1, line.length) },
      });
    };
    if (text === '' || /^[#;!]/.test(text)) {
      section.entries.push({ kind: 'text', line });
      if (text === '') option = undefined;
    } else if (text.startsWith('[')) {
      const name = /^\[([^\]]+)\]\s*(?:[#;].*)?$/.exec(text)?.[1] ?? fail('a section must be "[name]"');
      sections.push({ name: name.trim(), head: line, entries: [] });
      option = undefined;
    } else if (/^\s/.test(line) && option) {
      option.lines.push(line);
    } else {
      const name = /^([^=:]+?)\s*(?:[=:]|$)/.exec(text)?.[1] ?? fail('an option must be "name = value"');
      option = { kind: 'option', name, lines: [line] };
      section.entries.push(option);
    }
  }
  return sections;
}

function renderIni(sections: readonly Section[]): string {
  const lines: string[] = [];
  for (const section of sections) {
    if (section.head !== undefined) {
      if (lines.length > 0 && lines.at(-1)?.trim() !== '') lines.push('');
      lines.push(section.head);
    }
    for (const entry of section.entries) {
      if (entry.kind === 'text') lines.push(entry.line);
      else lines.push(...entry.lines);
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n').replace(/\n+$/, '')}\n`;
}
