import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import Docker from 'dockerode';
import { UserError } from '../lib/errors.ts';
import type { EngineEndpoint } from '../lib/ports.ts';
import { engineTimeout, translateEngineError } from './engine-errors.ts';

/** One request to an engine as a counter sees it. `what` is the sentence part that messages use too. */
export type EngineCallRecord = { readonly host: string; readonly what: string; readonly durationMs: number };

export type ConnectOptions = {
  /** The host's name, for messages. */
  readonly host: string;
  readonly onCall?: (call: EngineCallRecord) => void;
  /** For calls that say nothing else; 60 s. */
  readonly timeoutMs?: number;
};

/** How one call is made. `streams` gives it a connection of its own (build, logs, events, waiting). */
export type CallOptions = {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly streams?: boolean;
};

/**
 * A connection to one engine, its API version asked for and pinned. `call` is the only way to it: it counts, bounds
 * the time and translates errors.
 */
export type EngineConnection = {
  readonly host: string;
  readonly endpoint: EngineEndpoint;
  readonly address: string;
  readonly version: EngineVersion;
  /** Requests made so far, the question for the version among them. */
  readonly calls: () => number;
  /**
   * Runs `request` with dockerode. Give `abort` to the call's `abortSignal`; `what` goes after "cannot" in messages.
   * With `streams` the time runs until the answer begins (0: no limit).
   */
  readonly call: <T>(
    what: string,
    request: (docker: Docker, abort: AbortSignal) => Promise<T>,
    options?: CallOptions,
  ) => Promise<T>;
  readonly close: () => void;
};

export type EngineVersion = {
  readonly engine: string;
  /** The newest API that the engine speaks, and the one that is used. */
  readonly api: string;
  readonly pinnedApi: string;
  readonly os: string;
  readonly architecture: string;
  readonly kernel: string;
};

/** The range of API versions that this tool speaks: Engine 20.10 to 29. */
export const supportedApi = { oldest: '1.41', newest: '1.51' } as const;

/**
 * Connects to an engine and pins the newest API version that both sides speak.
 * Throws E_ENGINE_UNREACHABLE, E_ENGINE_PERMISSION, E_ENGINE_VERSION, E_ENGINE_TIMEOUT.
 */
export async function connectEngine(
  endpoint: EngineEndpoint,
  options: ConnectOptions,
): Promise<EngineConnection> {
  const address = renderEndpoint(endpoint);
  const agents = makeAgents(endpoint);
  const clients = {
    calls: makeClient(endpoint, agents.calls),
    streams: makeClient(endpoint, agents.streams),
  };
  const caller = makeCaller({ ...options, address, clients });
  const close = () => {
    agents.calls.destroy();
    agents.streams.destroy();
  };
  try {
    const version = await askVersion(caller.call, options.host);
    const pinned = `v${version.pinnedApi}`;
    clients.calls = makeClient(endpoint, agents.calls, pinned);
    clients.streams = makeClient(endpoint, agents.streams, pinned);
    return { host: options.host, endpoint, address, version, ...caller, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The address of an engine as people write it. */
export function renderEndpoint(endpoint: EngineEndpoint): string {
  return endpoint.kind === 'socket'
    ? `unix://${endpoint.path}`
    : `tcp://${endpoint.address}:${endpoint.port}`;
}

type Clients = { calls: Docker; streams: Docker };
type Caller = Pick<EngineConnection, 'call' | 'calls'>;

function makeCaller(options: ConnectOptions & { address: string; clients: Clients }): Caller {
  let count = 0;
  const call: EngineConnection['call'] = async (what, request, how = {}) => {
    const client = how.streams ? options.clients.streams : options.clients.calls;
    const named = { host: options.host, address: options.address, what };
    const timeoutMs = how.timeoutMs ?? options.timeoutMs ?? 60_000;
    const startedAt = performance.now();
    count += 1;
    try {
      return await bounded((abort) => request(client, abort), timeoutMs, how.signal);
    } catch (error) {
      how.signal?.throwIfAborted();
      if (error instanceof TimedOut) throw engineTimeout(named, timeoutMs);
      throw translateEngineError(error, named);
    } finally {
      options.onCall?.({ host: options.host, what, durationMs: performance.now() - startedAt });
    }
  };
  return { call, calls: () => count };
}

class TimedOut extends Error {}

/** Ends by itself, by the clock or by `signal`, and takes the request with it in the two latter cases. */
async function bounded<T>(
  request: (abort: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const ended = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
    });
    if (timeoutMs > 0) timer = setTimeout(() => controller.abort(new TimedOut()), timeoutMs);
    return await Promise.race([request(controller.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function askVersion(call: EngineConnection['call'], host: string): Promise<EngineVersion> {
  const said = await call('tell its version', (docker) => docker.version(), { timeoutMs: 15_000 });
  const least = (said as { MinAPIVersion?: string }).MinAPIVersion ?? said.ApiVersion;
  const fail = (text: string) =>
    new UserError('E_ENGINE_VERSION', `${host}: Engine ${said.Version} ${text}`, {
      hint: `Slipway speaks the API versions ${supportedApi.oldest} to ${supportedApi.newest} (Engine 20.10 to 29)`,
    });
  if (compareVersions(said.ApiVersion, supportedApi.oldest) < 0) {
    throw fail(`speaks no newer API than ${said.ApiVersion}: it is too old`);
  }
  if (compareVersions(least, supportedApi.newest) > 0) {
    throw fail(`refuses API versions below ${least}: it is too new`);
  }
  const pinnedApi =
    compareVersions(said.ApiVersion, supportedApi.newest) > 0 ? supportedApi.newest : said.ApiVersion;
  return {
    engine: said.Version,
    api: said.ApiVersion,
    pinnedApi,
    os: said.Os,
    architecture: said.Arch,
    kernel: said.KernelVersion ?? '',
  };
}

function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

/** Calls share a few kept-alive connections; a stream has one of its own, or a slow reader would stall the calls. */
function makeAgents(endpoint: EngineEndpoint): { calls: Agent; streams: Agent } {
  const AgentOf = endpoint.kind === 'tcp' && endpoint.tls ? TlsAgent : Agent;
  return {
    calls: new AgentOf({ keepAlive: true, maxSockets: 8, noDelay: true }),
    streams: new AgentOf({ keepAlive: false }),
  };
}

/** Every option is said, so that docker-modem takes none from the environment. */
function makeClient(endpoint: EngineEndpoint, agent: Agent, version?: string): Docker {
  const common = { agent, timeout: 0, ...(version !== undefined && { version }) };
  if (endpoint.kind === 'socket') {
    return new Docker({
      ...common,
      socketPath: endpoint.path,
      host: undefined,
      port: undefined,
      protocol: 'http',
    } as never);
  }
  const { address, port, tls } = endpoint;
  return new Docker({ ...common, host: address, port, protocol: tls ? 'https' : 'http', ...tls } as never);
}
