import { UserError } from '../lib/errors.ts';

/** Which engine was asked for what, for messages. */
export type EngineCall = {
  readonly host: string;
  /** The address as people write it: `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** What was asked for, to go after "cannot": `start container keystone`. */
  readonly what: string;
};

/**
 * Says what an error of dockerode, the socket or the engine means. Errors of other kinds are given back as they are.
 * Sources: Node's system error codes; the engine's API (`statusCode` and message of docker-modem's errors).
 */
export function translateEngineError(error: unknown, call: EngineCall): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const facts = error as Error & { code?: string; statusCode?: number };
  if (facts.statusCode !== undefined)
    return translateAnswer(facts.statusCode, messageOf(facts), { call, cause: error });
  if (facts.code !== undefined) return translateSocketError(facts.code, { call, cause: error }) ?? error;
  return error;
}

/** True for the engine's answer that nothing had to be done (already started, already stopped). */
export function isNothingToDo(error: unknown): boolean {
  return error instanceof Error && (error as { statusCode?: number }).statusCode === 304;
}

/** The error of an engine that did not answer in time. */
export function engineTimeout(call: EngineCall, timeoutMs: number): UserError {
  return new UserError(
    'E_ENGINE_TIMEOUT',
    `${call.host}: the engine at ${call.address} did not ${call.what} within ${Math.round(timeoutMs / 1000)} s`,
    { hint: 'look at the load and the disk of the host and at the log of its engine, then try again' },
  );
}

type Context = { readonly call: EngineCall; readonly cause: unknown };

function translateSocketError(code: string, { call, cause }: Context): UserError | undefined {
  const { host, address, what } = call;
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new UserError('E_ENGINE_UNREACHABLE', `${host}: no container engine answers at ${address}`, {
        hint: 'start it (systemctl start docker, or dockerd where there is no init system), or set DOCKER_HOST',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new UserError('E_ENGINE_PERMISSION', `${host}: this user may not use the engine at ${address}`, {
        hint: 'run as root, or add the user to the group of the socket (usermod -aG docker USER) and log in anew',
        cause,
      });
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOTFOUND':
    case 'ENOTSOCK':
    case 'EPROTO':
      return new UserError(
        'E_ENGINE_UNREACHABLE',
        `${host}: the engine at ${address} was lost: cannot ${what}`,
        {
          hint: 'see whether the engine still runs, then start the command again: it goes on from what is there',
          cause,
        },
      );
    default:
      return undefined;
  }
}

function translateAnswer(statusCode: number, message: string, { call, cause }: Context): UserError {
  const said = `${call.host}: cannot ${call.what}: ${message}`;
  if (/no space left on device|disk quota exceeded/i.test(message)) {
    return new UserError('E_ENGINE_DISK_FULL', said, {
      hint: "make room on the engine's disk (docker system df shows what takes it)",
      cause,
    });
  }
  if (statusCode === 404 && /no such image|image not known|manifest unknown/i.test(message)) {
    return new UserError('E_IMAGE_MISSING', said, {
      hint: 'build it with slipway build, or let the pipeline pull it before the container is made',
      cause,
    });
  }
  if (/client version .* is too (old|new)/i.test(message)) {
    return new UserError('E_ENGINE_VERSION', said, { hint: 'update the engine or Slipway', cause });
  }
  if (statusCode === 404) return new UserError('E_ENGINE_NOT_FOUND', said, { cause });
  if (statusCode === 409) return new UserError('E_ENGINE_CONFLICT', said, { cause });
  return new UserError('E_ENGINE_REFUSED', said, {
    hint: 'the text behind the last colon is what the engine says; its log may say more',
    cause,
  });
}

/** docker-modem's message is `(HTTP code 500) reason - text `; the engine's text is enough. */
function messageOf(error: Error): string {
  const json = (error as { json?: { message?: unknown } }).json;
  if (typeof json?.message === 'string') return json.message.trim();
  return error.message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim();
}
