import { UserError } from '../lib/errors.ts';

/** Tells commands to stop. `exitCode` is what the process ends with once it was told to. */
export type Interrupt = {
  readonly signal: AbortSignal;
  readonly exitCode: () => number | undefined;
  /** Stops the command because nobody reads its output; the process ends with 0. */
  readonly stopQuietly: () => void;
};

const signalNumbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts the signal (reason: E_INTERRUPTED), so that what runs can end well; the
 * second one ends the process at once. Exit codes are 128 + the signal's number, as shells have it.
 */
export function watchSignals(say: (text: string) => void): Interrupt {
  const controller = new AbortController();
  let exitCode: number | undefined;
  for (const [name, number] of Object.entries(signalNumbers)) {
    process.on(name, () => {
      if (exitCode !== undefined && exitCode > 0) process.exit(128 + number);
      exitCode = 128 + number;
      say(`${name}: stopping; once more stops at once, without cleaning up`);
      controller.abort(new UserError('E_INTERRUPTED', `interrupted by ${name}`));
    });
  }
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    stopQuietly: () => {
      exitCode ??= 0;
      controller.abort(new UserError('E_INTERRUPTED', 'nobody reads the output any more'));
    },
  };
}
