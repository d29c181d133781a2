import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A call that went to the engine. `changes` is true for those that change what is on it. */
export type ProxiedCall = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly changes: boolean;
};

/** A proxy on a unix socket before a real engine: counts calls, and can strike at one of them. */
export type EngineProxy = {
  readonly socket: string;
  readonly calls: readonly ProxiedCall[];
  readonly changing: () => number;
  readonly reset: () => void;
  /**
   * `strike` is called once, before or after the n-th (1-based) changing call: before, the engine never sees the call;
   * after, the caller never sees the answer.
   */
  readonly strikeAt: (
    when: { readonly nth: number; readonly side: 'before' | 'after' },
    strike: () => void,
  ) => void;
  readonly close: () => Promise<void>;
};

/** Starts a proxy at `socket` before the engine at `target`. */
export async function startEngineProxy(
  socket: string,
  target = '/var/run/docker.sock',
): Promise<EngineProxy> {
  const calls: ProxiedCall[] = [];
  const open = new Set<Socket>();
  let trap: { nth: number; side: 'before' | 'after'; strike: () => void } | undefined;
  let changed = 0;
  const note = (incoming: IncomingMessage): 'pass' | 'before' | 'after' => {
    const [path = '', query = ''] = (incoming.url ?? '').split('?');
    const method = incoming.method ?? 'GET';
    const call = { method, path, query, changes: changesEngine(method, path) };
    calls.push(call);
    if (!call.changes) return 'pass';
    changed += 1;
    return trap?.nth === changed ? trap.side : 'pass';
  };
  const strike = () => {
    const set = trap;
    trap = undefined;
    set?.strike();
  };
  const server = createServer((incoming, outgoing) => {
    const side = note(incoming);
    if (side === 'before') {
      strike();
      incoming.socket.destroy();
      return;
    }
    forward(incoming, outgoing, { target, ended: side === 'after' ? strike : undefined });
  });
  server.on('upgrade', (incoming, client: Socket, head) => {
    const side = note(incoming);
    if (side === 'before') {
      strike();
      client.destroy();
      return;
    }
    tunnel(incoming, client, { head, target, ended: side === 'after' ? strike : undefined });
  });
  server.on('connection', (one) => {
    open.add(one);
    one.on('close', () => open.delete(one));
  });
  rmSync(socket, { force: true });
  await new Promise<void>((ready) => server.listen(socket, ready));
  return {
    socket,
    calls,
    changing: () => changed,
    reset: () => {
      calls.length = 0;
      changed = 0;
      trap = undefined;
    },
    strikeAt: (when, action) => {
      trap = { ...when, strike: action };
    },
    close: async () => {
      for (const one of open) one.destroy();
      await new Promise((done) => server.close(done));
      rmSync(socket, { force: true });
    },
  };
}

/** Whether a call of the Engine API changes something; waits and attachments do not. */
function changesEngine(method: string, path: string): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return !/\/(wait|attach|json)$/.test(path) && !/\/exec\/[^/]+\/(start|resize)$/.test(path);
}

type Way = { readonly target: string; readonly ended: (() => void) | undefined };

function forward(incoming: IncomingMessage, outgoing: ServerResponse, { target, ended }: Way): void {
  const { method, url: path, headers } = incoming;
  const onward = request({ socketPath: target, method, path, headers }, (answer) => {
    if (ended) {
      answer.resume();
      answer.on('end', () => {
        ended();
        incoming.socket.destroy();
      });
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => incoming.socket.destroy());
  incoming.on('aborted', () => onward.destroy());
  incoming.pipe(onward);
}

function tunnel(
  incoming: IncomingMessage,
  client: Socket,
  { head, target, ended }: Way & { readonly head: Buffer },
): void {
  const onward = connect(target, () => {
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
    for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
      lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`);
    }
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    client.pipe(onward);
    onward.pipe(client);
  });
  const end = () => {
    client.destroy();
    onward.destroy();
  };
  onward.on('error', end);
  client.on('error', end);
  onward.on('close', () => {
    ended?.();
    end();
  });
}
