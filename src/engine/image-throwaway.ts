import type { EngineConnection } from './connection.ts';
import type { ThrowawayRequest, ThrowawayResult } from './image-port.ts';
import type { ContainerConfig } from './port.ts';

/** Runs a command in a fresh container and removes it, also when it is stopped by the signal or the clock. */
export async function runThrowaway(
  engine: EngineConnection,
  request: ThrowawayRequest,
): Promise<ThrowawayResult> {
  const { image, signal } = request;
  const what = `run ${request.argv[0]} in ${image}`;
  const { id } = await engine.call(
    `create a container of ${image}`,
    (docker, abortSignal) => docker.createContainer({ ...configOf(request), abortSignal }),
    { signal },
  );
  try {
    await engine.call(`start a container of ${image}`, (docker) => docker.getContainer(id).start(), {
      signal,
    });
    const ended = await engine.call(
      what,
      (docker, abortSignal) =>
        docker.getContainer(id).wait({ abortSignal }) as Promise<{ StatusCode: number }>,
      { signal, streams: true, timeoutMs: request.timeoutMs ?? 600_000 },
    );
    return { exitCode: ended.StatusCode, ...(await readOutput(engine, id)) };
  } finally {
    await remove(engine, id);
  }
}

function configOf(request: ThrowawayRequest): ContainerConfig {
  return {
    Image: request.image,
    Entrypoint: [],
    Cmd: [...request.argv],
    User: '0',
    Env: Object.entries(request.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Labels: { ...request.labels },
    HostConfig: { LogConfig: { Type: 'json-file', Config: {} } },
  };
}

async function readOutput(engine: EngineConnection, id: string): Promise<{ stdout: string; stderr: string }> {
  const frames = await engine.call('read what a container printed', (docker) =>
    docker.getContainer(id).logs({ stdout: true, stderr: true, follow: false }),
  );
  return splitFrames(frames as unknown as Buffer);
}

/** The engine's framing of two streams in one: kind (1 stdout, 2 stderr), three zeros, length, text. */
export function splitFrames(frames: Buffer): { stdout: string; stderr: string } {
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  for (let at = 0; at + 8 <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    parts[frames[at] === 2 ? 'stderr' : 'stdout'].push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return {
    stdout: Buffer.concat(parts.stdout).toString('utf8'),
    stderr: Buffer.concat(parts.stderr).toString('utf8'),
  };
}

/** The run's own end or failure matters more than one of the clean-up. */
async function remove(engine: EngineConnection, id: string): Promise<void> {
  try {
    await engine.call('remove a container', (docker) =>
      docker.getContainer(id).remove({ force: true, v: true }),
    );
  } catch {
    return;
  }
}
