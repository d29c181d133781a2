import type { Readable } from 'node:stream';
import { translateEngineError } from './engine-errors.ts';

/** A message of the engine's JSON lines for builds, pulls, pushes and imports. */
export type ImageMessage = {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string; readonly code?: number };
  readonly aux?: { readonly ID?: string; readonly Digest?: string; readonly Tag?: string };
};

/** Whose answer is read and what it is about, for messages; `receive` gets all but the error. */
export type ImageMessageReader = {
  readonly engine: { readonly host: string; readonly address: string };
  readonly what: string;
  readonly signal: AbortSignal;
  readonly receive: (message: ImageMessage) => void;
};

/**
 * Reads the engine's JSON lines to their end. Gives the text of the error if the engine reported one (a failed build
 * answers 200). An aborted signal destroys the stream, by which the engine stops its work, and rejects with the reason. A connection that breaks is E_ENGINE_UNREACHABLE.
 */
export async function readImageMessages(
  answer: Readable,
  reader: ImageMessageReader,
): Promise<string | undefined> {
  const { signal } = reader;
  const stop = () => answer.destroy();
  signal.addEventListener('abort', stop, { once: true });
  let failure: string | undefined;
  let rest = '';
  const take = (line: string) => {
    if (line.trim() === '') return;
    const message = JSON.parse(line) as ImageMessage;
    if (message.error !== undefined) failure = message.errorDetail?.message ?? message.error;
    else reader.receive(message);
  };
  try {
    signal.throwIfAborted();
    answer.setEncoding('utf8');
    for await (const chunk of answer as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    }
    signal.throwIfAborted();
    take(rest);
    return failure;
  } catch (error) {
    signal.throwIfAborted();
    throw translateEngineError(error, { ...reader.engine, what: reader.what });
  } finally {
    signal.removeEventListener('abort', stop);
    answer.destroy();
  }
}
