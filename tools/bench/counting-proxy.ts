import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A proxy in front of an engine's socket that writes down every request. */
export type CountingProxy = {
  readonly path: string;
  /** `METHOD /path` without the version prefix and the query, in order. */
  readonly calls: readonly string[];
  readonly close: () => Promise<void>;
};

/** Listens on the socket `path` and passes everything on to the socket `target`. */
export async function startCountingProxy(path: string, target: string): Promise<CountingProxy> {
  const calls: string[] = [];
  const note = (asked: IncomingMessage) =>
    calls.push(`${asked.method} ${(asked.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*/, '')}`);
  const server = createServer((asked, answer) => {
    note(asked);
    const { method, url, headers } = asked;
    const onward = request({ socketPath: target, method, path: url, headers }, (came) => {
      answer.writeHead(came.statusCode ?? 502, came.headers);
      came.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  server.on('upgrade', (asked: IncomingMessage, client: Socket, head: Buffer) => {
    note(asked);
    tunnel(asked, { client, head, target });
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(path, done));
  return { path, calls, close: () => closed(server) };
}

/** Hijacked connections (exec, attach, session) are passed on byte by byte. */
function tunnel(
  asked: IncomingMessage,
  to: { readonly client: Socket; readonly head: Buffer; readonly target: string },
): void {
  const engine = connect(to.target);
  const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
  for (let i = 0; i < asked.rawHeaders.length; i += 2) {
    lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
  }
  engine.write(`${lines.join('\r\n')}\r\n\r\n`);
  engine.write(to.head);
  to.client.pipe(engine).pipe(to.client);
  to.client.on('error', () => engine.destroy());
  engine.on('error', () => to.client.destroy());
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
