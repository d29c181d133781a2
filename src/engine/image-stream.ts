import type { Readable } from 'node:stream';

/** A message of the engine's JSON lines for builds, pulls, pushes and imports. */
export type ImageMessage = {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string; readonly code?: number };
  readonly aux?: { readonly ID?: string; readonly Digest?: string; readonly Tag?: string };
};

/**
 * Reads the engine's JSON lines to their end. Gives the text of the error if the engine reported one (a failed build
 * answers 200). An aborted signal destroys the stream, by which the engine stops its work, and rejects with the reason.
 */
export async function readImageMessages(
  answer: Readable,
  signal: AbortSignal,
  receive: (message: ImageMessage) => void,
): Promise<string | undefined> {
  const stop = () => answer.destroy();
  signal.addEventListener('abort', stop, { once: true });
  let failure: string | undefined;
  let rest = '';
  const take = (line: string) => {
    if (line.trim() === '') return;
    const message = JSON.parse(line) as ImageMessage;
    if (message.error !== undefined) failure = message.errorDetail?.message ?? message.error;
    else receive(message);
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
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    answer.destroy();
  }
}
