import type { CommandEntry } from '../commands/index.ts';
import { UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';

/** A command and what stands behind its name; or a group whose second word is missing. */
export type Found =
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly argv: readonly string[] }
  | { readonly kind: 'group'; readonly group: string; readonly entries: readonly CommandEntry[] };

/** Finds the command that argv names; names have one word or two. Throws E_USAGE with the nearest name. */
export function findCommand(commands: readonly CommandEntry[], argv: readonly string[]): Found {
  const [first = '', second] = argv;
  const single = commands.find((one) => one.name === first);
  if (single) return { kind: 'command', entry: single, argv: argv.slice(1) };
  const group = commands.filter((one) => one.name.startsWith(`${first} `));
  if (group.length === 0) {
    const words = [...new Set(commands.map((one) => one.name.split(' ')[0] ?? ''))];
    const hint = `${didYouMean(first, [...words, 'help'])}\n        slipway help lists the commands`;
    throw new UserError('E_USAGE', `there is no command "${first}"`, { hint });
  }
  if (second === undefined || second.startsWith('-')) return { kind: 'group', group: first, entries: group };
  const entry = group.find((one) => one.name === `${first} ${second}`);
  if (entry) return { kind: 'command', entry, argv: argv.slice(2) };
  const verbs = group.map((one) => one.name.slice(first.length + 1));
  throw new UserError('E_USAGE', `there is no command "${first} ${second}"`, {
    hint: didYouMean(second, verbs),
  });
}
