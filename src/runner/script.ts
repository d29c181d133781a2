import type { ExecResult, HostConnection } from '../lib/ports.ts';
import type { SourcePosition } from '../lib/position.ts';
import { runScriptHere } from './script-here.ts';
import { runScriptThere } from './script-there.ts';
import type { StepFileTexts } from './step-files.ts';

/** A script to be run on a host. `path` entries stand before the host's own, the first first. */
export type ScriptRequest = {
  readonly script: string;
  readonly shell: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  /** Relative to where steps begin on that host. */
  readonly workingDirectory: string | undefined;
  readonly at: SourcePosition;
  /** Unique in the run, fit for a file name. */
  readonly label: string;
  readonly output: (stream: 'stdout' | 'stderr', chunk: Buffer) => void | Promise<void>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly graceMs: number;
};

/** How a script ended, and what it wrote to the step's files. */
export type ScriptEnd = { readonly result: ExecResult; readonly files: StepFileTexts };

/** What this machine lends to scripts that run on it. */
export type ScriptPlace = {
  /** A directory for files of steps, 0700. */
  readonly scratch: string;
  readonly workspace: string;
  /** The environment the tool was called with. */
  readonly env: Readonly<Record<string, string>>;
};

/**
 * Runs a script through a connection. The script is never in an argument list: on this machine it is a file that only
 * its owner reads, elsewhere it goes over standard input. Its own standard input is empty.
 */
export function runScript(
  connection: HostConnection,
  request: ScriptRequest,
  place: ScriptPlace,
): Promise<ScriptEnd> {
  return connection.sharesFiles === true
    ? runScriptHere(connection, request, place)
    : runScriptThere(connection, request);
}
