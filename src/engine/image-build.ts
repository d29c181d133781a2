import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { UserError } from '../lib/errors.ts';
import type { EngineConnection } from './connection.ts';
import type { ImageBuildProgress, ImageBuildRequest } from './image-port.ts';
import { readImageMessages } from './image-stream.ts';

/** Builds an image with the engine's classic builder, whose intermediate containers go with the build (`forcerm`). */
export async function buildImage(engine: EngineConnection, request: ImageBuildRequest): Promise<string> {
  const { context, reference, signal } = request;
  const options = {
    t: reference,
    dockerfile: 'Dockerfile',
    rm: true,
    forcerm: true,
    nocache: request.noCache,
    buildargs: { ...request.buildArgs },
  };
  const destroy = () => context.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  try {
    const answer = await engine.call(
      `build ${reference}`,
      (docker, abortSignal) => docker.buildImage(context, { ...options, abortSignal }),
      { signal, streams: true, timeoutMs: 0 },
    );
    return await followBuild(answer as Readable, engine, request);
  } finally {
    signal.removeEventListener('abort', destroy);
    context.destroy();
  }
}

async function followBuild(
  answer: Readable,
  engine: EngineConnection,
  request: ImageBuildRequest,
): Promise<string> {
  let id: string | undefined;
  let last = '';
  const lines = lineSplitter(request.progress);
  const failure = await readImageMessages(answer, {
    engine,
    what: `build ${request.reference}`,
    signal: request.signal,
    receive: (message) => {
      if (message.aux?.ID) id = message.aux.ID;
      const text = message.stream ?? (message.status === undefined ? '' : `${message.status}\n`);
      if (text.trim() !== '') last = text.trim();
      lines.take(text);
    },
  });
  lines.end();
  if (failure !== undefined) {
    const hint = /no space left on device/i.test(failure)
      ? "make room on the engine's disk (docker system df shows what takes it)"
      : undefined;
    const code = hint === undefined ? 'E_IMAGE_BUILD' : 'E_ENGINE_DISK_FULL';
    throw new UserError(code, failure.trim(), { hint });
  }
  if (id === undefined) {
    throw new UserError('E_IMAGE_BUILD', `the engine ended the build without an image (last: ${last})`, {
      hint: 'the engine was stopped or lost the connection, as a rule: look at its log, then build again',
    });
  }
  return id;
}

/**
 * Cuts the builder's text into lines, and tells its steps (`Step 2/5 : RUN …`) from what they print. A step whose output
 * ends without a line break is ended by the builder's next word.
 */
function lineSplitter(progress: (event: ImageBuildProgress) => void): {
  take: (text: string) => void;
  end: () => void;
} {
  let rest = '';
  const line = (text: string) => {
    const shown = plainLine(text);
    const step = /^Step (\d+)\/(\d+) : (.*)$/.exec(shown);
    if (step) {
      const instruction = (step[3] as string).replace(/\s+/g, ' ');
      progress({ kind: 'step', step: Number(step[1]), of: Number(step[2]), text: instruction });
    } else if (shown.trim() !== '' && !ceremony.test(shown)) {
      progress({ kind: 'output', text: shown.replace(/^ ---> Using cache$/, 'cached') });
    }
  };
  return {
    take: (text) => {
      if (rest !== '' && /^(Step \d|Removing intermediate container| ---> )/.test(text)) {
        line(rest);
        rest = '';
      }
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(line);
    },
    end: () => line(rest),
  };
}

/** What the builder says of itself around each step. */
const ceremony =
  /^( ---> (Running in )?[0-9a-f]{12}|Removing intermediate container .*|Successfully (built|tagged) .*)$/;

/** A line without colours and other escapes, as it stands after its carriage returns. */
function plainLine(text: string): string {
  return stripVTControlCharacters(text).replace(/\r+$/, '').replace(/^.*\r/, '').trimEnd();
}
