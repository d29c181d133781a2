import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { Agent, type Dispatcher, errors, request } from 'undici';
import { UserError } from '../lib/errors.ts';

/** One HTTP request. `dial` opens its connection from elsewhere (a host's); absent is this machine. */
export type HttpRequest = {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly tls?: { readonly ca?: string; readonly verify?: boolean };
  readonly dial?: ((address: string, port: number) => Promise<Duplex>) | undefined;
};

/** Header names are lower case; `body` is cut at `httpBodyLimit` bytes. */
export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const httpBodyLimit = 1024 * 1024;

/**
 * Performs a request on a connection of its own; redirects are not followed. Throws E_HTTP_UNREACHABLE where no
 * answer comes (refused, name unknown, TLS, time), E_HTTP_URL for an address that is none.
 */
export async function httpRequest(asked: HttpRequest): Promise<HttpResponse> {
  const url = parseUrl(asked.url);
  const agent = new Agent({ connect: connector(asked), headersTimeout: 0, bodyTimeout: 0, pipelining: 0 });
  const timeout = AbortSignal.timeout(asked.timeoutMs);
  const signal = asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout;
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: (asked.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: { ...asked.headers },
      body: asked.body ?? null,
      signal,
    });
    return {
      status: answer.statusCode,
      headers: flatten(answer.headers),
      body: await readBody(answer.body),
    };
  } catch (error) {
    if (asked.signal?.aborted) throw asked.signal.reason;
    throw translate(error, url, timeout.aborted ? asked.timeoutMs : undefined);
  } finally {
    await agent.destroy();
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new UserError('E_HTTP_URL', `"${text}" is not an http or https address`, {
    hint: 'write it in full, such as http://192.0.2.10:5000/v3',
  });
}

function connector(asked: HttpRequest): NonNullable<Agent.Options['connect']> {
  const { dial, tls } = asked;
  const options = {
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    ...(tls?.verify === false && { rejectUnauthorized: false }),
  };
  if (!dial) return { ...options, timeout: asked.timeoutMs };
  return (target, done) => {
    const secure = target.protocol === 'https:';
    const port = Number(target.port || (secure ? 443 : 80));
    dial(target.hostname.replace(/^\[|\]$/g, ''), port)
      .then((socket) => {
        if (!secure) return done(null, socket as never);
        const wrapped = tlsConnect({ socket, servername: target.servername ?? target.hostname, ...options });
        wrapped.once('secureConnect', () => done(null, wrapped));
        wrapped.once('error', (error) => done(error, null));
      })
      .catch((error: Error) => done(error, null));
  };
}

async function readBody(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    if (size < httpBodyLimit) parts.push(part);
    size += part.length;
    if (size > 16 * httpBodyLimit) break;
  }
  return Buffer.concat(parts).subarray(0, httpBodyLimit).toString('utf8');
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function translate(error: unknown, url: URL, timedOutAfterMs: number | undefined): unknown {
  const where = `${url.protocol}//${url.host}`;
  if (timedOutAfterMs !== undefined) {
    return new UserError('E_HTTP_UNREACHABLE', `no answer from ${where} within ${timedOutAfterMs / 1000} s`, {
      cause: error,
    });
  }
  const known = error instanceof errors.UndiciError || (error instanceof Error && 'code' in error);
  if (!known || !(error instanceof Error)) return error;
  return new UserError('E_HTTP_UNREACHABLE', `no answer from ${where}: ${plain(error)}`, {
    hint: 'is the service up, and is this the address that the host can reach?',
    cause: error,
  });
}

function plain(error: Error & { code?: unknown }): string {
  const words: Record<string, string> = {
    ECONNREFUSED: 'the connection was refused',
    ENOTFOUND: 'the name is not known',
    EHOSTUNREACH: 'there is no way to that host',
    ENETUNREACH: 'there is no way to that network',
    ECONNRESET: 'the connection was cut',
    UND_ERR_SOCKET: 'the connection was cut',
    UND_ERR_CONNECT_TIMEOUT: 'the connection took too long',
  };
  return words[String(error.code)] ?? (error.message || String(error.code));
}
