import type { Duplex } from 'node:stream';

/** How a host is reached for commands. SSH comes in beside `local` without touching the callers. */
export type HostConnection = {
  readonly host: string;
  /** True where the host's file system is this machine's, so that a script's files need no transport. */
  readonly sharesFiles?: boolean;
  /** Runs a command on the host; resolves with its end whatever its exit code. */
  readonly exec: (request: ExecRequest) => Promise<ExecResult>;
  /** Where the host's engine answers: a unix socket as seen from here, or a TCP address. */
  readonly engine: () => Promise<EngineEndpoint>;
  /** Opens a TCP connection that begins on the host; absent where this machine's own network is the host's. */
  readonly dial?: (address: string, port: number) => Promise<Duplex>;
  readonly close: () => Promise<void>;
};

/** A unix socket, or a TCP address (with TLS material where mutual TLS is wanted). */
export type EngineEndpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number; readonly tls?: TlsMaterial };

export type TlsMaterial = { readonly ca: string; readonly cert: string; readonly key: string };

/** `script` goes over stdin and never into argv. `output` may return a promise: the reader waits for it. */
export type ExecRequest = {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly output?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void | Promise<void>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** From the polite to the deadly signal for the whole process tree. */
  readonly graceMs?: number;
};

export type ExecResult = {
  readonly exitCode: number | undefined;
  readonly signal?: string;
  readonly ended: 'exited' | 'timed-out' | 'cancelled' | 'lost';
};
