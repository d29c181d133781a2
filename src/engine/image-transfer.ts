import type { Readable } from 'node:stream';
import { UserError } from '../lib/errors.ts';
import type { EngineConnection } from './connection.ts';
import type { ImageImportRequest, TransferOptions } from './image-port.ts';
import { type ImageMessage, readImageMessages } from './image-stream.ts';

/** Older engines refuse a push without any credentials; the library's type does not know empty ones. */
const anonymous = {} as never;

/** Pulls an image. E_IMAGE_TRANSFER says what the registry or the engine said. */
export async function pullImage(
  engine: EngineConnection,
  reference: string,
  options: TransferOptions,
): Promise<void> {
  const answer = await engine.call(
    `pull ${reference}`,
    (docker, abortSignal) => docker.createImage({ ...splitReference(reference), abortSignal }),
    { signal: options.signal, streams: true, timeoutMs: 0 },
  );
  await follow(answer as Readable, { engine, what: `pull ${reference}` }, options);
}

/** Pushes an image to the registry of its name, and gives the digest there. */
export async function pushImage(
  engine: EngineConnection,
  reference: string,
  options: TransferOptions,
): Promise<string> {
  const { fromImage, tag } = splitReference(reference);
  const answer = await engine.call(
    `push ${reference}`,
    (docker, abortSignal) => docker.getImage(fromImage).push({ tag, abortSignal, authconfig: anonymous }),
    { signal: options.signal, streams: true, timeoutMs: 0 },
  );
  let digest: string | undefined;
  await follow(answer as unknown as Readable, { engine, what: `push ${reference}` }, options, (message) => {
    digest = message.aux?.Digest ?? digest;
  });
  if (digest === undefined) {
    throw new UserError('E_IMAGE_TRANSFER', `push ${reference}: the registry named no digest`);
  }
  return digest;
}

/** Makes an image of a tar of a root file system. */
export async function importImage(engine: EngineConnection, request: ImageImportRequest): Promise<string> {
  const { fromImage: repo, tag } = splitReference(request.reference);
  const { signal } = request;
  const stop = () => request.tar.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const what = `import ${request.reference}`;
  let id: string | undefined;
  try {
    const answer = await engine.call(
      what,
      (docker, abortSignal) =>
        docker.importImage(request.tar, { repo, tag, changes: [...request.changes], abortSignal }),
      { signal, streams: true, timeoutMs: 0 },
    );
    await follow(answer as Readable, { engine, what }, { signal }, (message) => {
      if (message.status?.startsWith('sha256:')) id = message.status;
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (id === undefined) throw new UserError('E_IMAGE_TRANSFER', `${what}: the engine named no image`);
  return id;
}

/** `host:5000/a/b:tag` as repository and tag; without a tag it is `latest`, never all tags. */
export function splitReference(reference: string): { fromImage: string; tag: string } {
  const at = reference.indexOf('@');
  if (at !== -1) return { fromImage: reference.slice(0, at), tag: reference.slice(at + 1) };
  const colon = reference.lastIndexOf(':');
  if (colon <= reference.lastIndexOf('/')) return { fromImage: reference, tag: 'latest' };
  return { fromImage: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

async function follow(
  answer: Readable,
  subject: { readonly engine: EngineConnection; readonly what: string },
  options: TransferOptions,
  receive: (message: ImageMessage) => void = () => undefined,
): Promise<void> {
  const failure = await readImageMessages(answer, {
    ...subject,
    signal: options.signal,
    receive: (message) => {
      receive(message);
      if (message.status) options.progress?.([message.id, message.status].filter(Boolean).join(': '));
    },
  });
  if (failure !== undefined) throw new UserError('E_IMAGE_TRANSFER', `${subject.what}: ${failure}`);
}
