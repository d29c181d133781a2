/** The verbs. The table knows their names and loads a verb's file only when it is called. */
import type { Command } from './context.ts';

export type * from './context.ts';

/** A line of the table: `name` is one word or two (`images list`). */
export type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
};

/** In the order in which help lists them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'version',
    summary: 'print the versions of slipway and of what it runs on',
    load: async () => (await import('./version.ts')).versionCommand,
  },
];
