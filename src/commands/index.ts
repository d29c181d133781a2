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
    name: 'run',
    summary: 'perform a pipeline',
    load: async () => (await import('./run.ts')).runCommand,
  },
  {
    name: 'plan',
    summary: 'show what a pipeline would change, and why',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'check',
    summary: 'find every problem of pipelines, services and the site',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  {
    name: 'build',
    summary: 'build images from their templates',
    load: async () => (await import('./build.ts')).buildCommand,
  },
  {
    name: 'images list',
    summary: 'list the images that can be built',
    load: async () => (await import('./images.ts')).imagesListCommand,
  },
  {
    name: 'images graph',
    summary: 'show which image is built on which',
    load: async () => (await import('./images.ts')).imagesGraphCommand,
  },
  {
    name: 'images render',
    summary: "print an image's Dockerfile",
    load: async () => (await import('./images.ts')).imagesRenderCommand,
  },
  {
    name: 'images show',
    summary: 'show what is known of an image',
    load: async () => (await import('./images.ts')).imagesShowCommand,
  },
  {
    name: 'init all-in-one',
    summary: 'make a small site for this machine',
    load: async () => (await import('./init.ts')).initAllInOneCommand,
  },
  {
    name: 'inventory list',
    summary: 'list the hosts that a pattern names',
    load: async () => (await import('./inventory.ts')).inventoryListCommand,
  },
  {
    name: 'inventory graph',
    summary: 'show groups with their children and hosts',
    load: async () => (await import('./inventory.ts')).inventoryGraphCommand,
  },
  {
    name: 'inventory show',
    summary: 'show what is known of a host, and where a variable comes from',
    load: async () => (await import('./inventory.ts')).inventoryShowCommand,
  },
  {
    name: 'secrets init',
    summary: 'make the secrets that are missing, and the key that opens them',
    load: async () => (await import('./secrets/init.ts')).secretsInitCommand,
  },
  {
    name: 'secrets show',
    summary: 'print a secret, or list their names',
    load: async () => (await import('./secrets/show.ts')).secretsShowCommand,
  },
  {
    name: 'secrets set',
    summary: 'set a secret from standard input',
    load: async () => (await import('./secrets/set.ts')).secretsSetCommand,
  },
  {
    name: 'secrets rotate',
    summary: 'make secrets anew, or the key that opens them',
    load: async () => (await import('./secrets/rotate.ts')).secretsRotateCommand,
  },
  {
    name: 'status',
    summary: 'show what runs where, its health, age and drift',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    name: 'logs',
    summary: "show a container's log, from every host that has it",
    load: async () => (await import('./logs.ts')).logsCommand,
  },
  {
    name: 'unlock',
    summary: "show who holds the site's locks, and take them away",
    load: async () => (await import('./unlock.ts')).unlockCommand,
  },
  {
    name: 'doctor',
    summary: 'look at this machine and say what it lacks',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'version',
    summary: 'print the versions of slipway and of what it runs on',
    load: async () => (await import('./version.ts')).versionCommand,
  },
];
