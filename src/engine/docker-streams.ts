import { type Duplex, PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { UserError } from '../lib/errors.ts';
import type { EngineConnection } from './connection.ts';
import { translateEngineError } from './engine-errors.ts';
import type { ContainerExec, ContainerExecResult, LogRequest } from './port.ts';

type Output = (stream: 'stdout' | 'stderr', chunk: Buffer) => void;

/** The end of what a command prints, kept for its result. */
const keptBytes = 256 * 1024;

/** Runs a command in a container over a connection of its own. */
export async function execOverDocker(
  connection: EngineConnection,
  container: string,
  request: ContainerExec,
): Promise<ContainerExecResult> {
  const what = `run ${request.argv[0]} in container ${container}`;
  const exec = await connection.call(what, (docker) =>
    docker.getContainer(container).exec({
      Cmd: [...request.argv],
      AttachStdout: true,
      AttachStderr: true,
      AttachStdin: request.stdin !== undefined,
      ...(request.user !== undefined && { User: request.user }),
      ...(request.workingDirectory !== undefined && { WorkingDir: request.workingDirectory }),
      ...(request.env && { Env: Object.entries(request.env).map(([name, value]) => `${name}=${value}`) }),
    }),
  );
  const hasInput = request.stdin !== undefined;
  const socket = await connection.call(
    what,
    (docker) => docker.getExec(exec.id).start({ hijack: true, stdin: hasInput }),
    { streams: true },
  );
  const kept = { stdout: new Tail(), stderr: new Tail() };
  const reading = demultiplex(socket, (stream, chunk) => {
    kept[stream].add(chunk);
    request.output?.(stream, chunk);
  });
  socket.end(request.stdin ?? '');
  await translated(connection, what, untilEnd(reading, socket, { request, what }));
  const exitCode = await exitCodeOf(connection, exec.id, what);
  return { exitCode, stdout: kept.stdout.text(), stderr: kept.stderr.text() };
}

/** Reads the log of a container; ends quietly when the signal stops a reader that follows. */
export async function readLogsOverDocker(
  connection: EngineConnection,
  container: string,
  request: LogRequest,
): Promise<void> {
  const what = `read the log of container ${container}`;
  const { Config: config } = await connection.call(what, (docker) =>
    docker.getContainer(container).inspect(),
  );
  const query = {
    stdout: true,
    stderr: true,
    follow: request.follow ?? false,
    tail: request.tail ?? 'all',
    ...(request.sinceSeconds !== undefined && { since: request.sinceSeconds }),
    ...(request.timestamps && { timestamps: true }),
  };
  // `follow` makes dockerode hand out a stream; what the engine is asked stands in `_query`.
  const options = { follow: true, _query: query } as unknown as Docker.ContainerLogsOptions & {
    follow: true;
  };
  const stream = (await connection.call(what, (docker) => docker.getContainer(container).logs(options), {
    streams: true,
  })) as unknown as Duplex;
  const reading = config.Tty ? passOn(stream, request.output) : demultiplex(stream, request.output);
  const stop = () => stream.destroy();
  request.signal?.addEventListener('abort', stop, { once: true });
  if (request.signal?.aborted) stop();
  try {
    await translated(connection, what, reading);
  } catch (error) {
    if (!request.signal?.aborted) throw error;
  } finally {
    request.signal?.removeEventListener('abort', stop);
  }
}

/** A connection that breaks while its stream is read is the engine's failure, not a defect of ours. */
async function translated<T>(connection: EngineConnection, what: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw translateEngineError(error, { host: connection.host, address: connection.address, what });
  }
}

async function untilEnd(
  reading: Promise<void>,
  socket: Duplex,
  { request, what }: { readonly request: ContainerExec; readonly what: string },
): Promise<void> {
  const { signal, timeoutMs } = request;
  let timedOut = false;
  const stop = () => socket.destroy();
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          stop();
        }, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    await reading;
  } catch (error) {
    if (!timedOut && !signal?.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  if (!timedOut) return;
  throw new UserError(
    'E_EXEC_TIMEOUT',
    `cannot ${what}: it did not end within ${(timeoutMs ?? 0) / 1000} s`,
    {
      hint: 'it may still run in the container; look at its log, or give it more time',
    },
  );
}

async function exitCodeOf(connection: EngineConnection, id: string, what: string): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const state = await connection.call(what, (docker) => docker.getExec(id).inspect());
    if (!state.Running && state.ExitCode !== null) return state.ExitCode;
    // The engine closes the stream a moment before it notes the end.
    if (attempt === 50) throw new Error(`the end of exec ${id} was not noted by the engine`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Takes the engine's frames apart: one byte stream (1 stdout, 2 stderr), three zeros, four bytes of length.
 * Source: Engine API, "Attach to a container", stream format.
 */
function demultiplex(source: Duplex, output: Output): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 8) {
        const length = rest.readUInt32BE(4);
        if (rest.length < 8 + length) break;
        output(rest[0] === 2 ? 'stderr' : 'stdout', rest.subarray(8, 8 + length));
        rest = rest.subarray(8 + length);
      }
      done();
    },
  });
  return pipeTo(source, sink);
}

function passOn(source: Duplex, output: Output): Promise<void> {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      output('stdout', chunk);
      done();
    },
  });
  return pipeTo(source, sink);
}

async function pipeTo(source: Duplex, sink: Writable): Promise<void> {
  const through = new PassThrough();
  source.on('error', (error) => through.destroy(error));
  source.on('close', () => through.end());
  source.pipe(through).pipe(sink);
  through.on('error', (error) => sink.destroy(error));
  await finished(sink);
}

class Tail {
  private chunks: Buffer[] = [];
  private size = 0;

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.size - (this.chunks[0]?.length ?? 0) > keptBytes)
      this.size -= this.chunks.shift()?.length ?? 0;
  }

  text(): string {
    return Buffer.concat(this.chunks).subarray(-keptBytes).toString('utf8');
  }
}
