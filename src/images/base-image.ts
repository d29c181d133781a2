import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ImageEngine, ImageFact } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import type { Emit } from '../lib/events.ts';
import type { HostConnection } from '../lib/ports.ts';

export type BaseImageRequest = {
  readonly suite: string;
  /** The image to take in place of what is looked for. */
  readonly wanted?: string | undefined;
  /** What is on the engine. */
  readonly images: readonly ImageFact[];
};

export type BaseImagePorts = {
  readonly engine: ImageEngine;
  /** The machine that may have mmdebstrap. */
  readonly host: HostConnection | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
};

/** The name of a root file system that was made here. */
export function rootfsReference(suite: string): string {
  return `slipway/rootfs:${suite}`;
}

/**
 * The image that `base` is built on: the one that is asked for; else a root file system that was made before; else
 * Debian's own, from the engine or pulled; else one made with mmdebstrap. Throws E_IMAGE_BASE, which says what to install.
 */
export async function ensureBaseImage(request: BaseImageRequest, ports: BaseImagePorts): Promise<ImageFact> {
  const { suite, wanted } = request;
  const names = wanted === undefined ? [rootfsReference(suite), `debian:${suite}`] : [wanted];
  for (const name of names) {
    const found = request.images.find((image) => image.references.includes(name) || image.id === name);
    if (found) return found;
  }
  const pulled = wanted ?? `debian:${suite}`;
  const refusal = await tryPull(pulled, ports);
  if (refusal === undefined) return present(pulled, ports.engine);
  if (wanted === undefined && (await hasMmdebstrap(ports))) return makeRootfs(suite, ports);
  throw new UserError('E_IMAGE_BASE', `there is no base image for ${suite}: ${refusal.message}`, {
    hint:
      wanted === undefined
        ? 'install mmdebstrap (apt-get install mmdebstrap), or name an image with --base'
        : 'load the image, or name another one with --base',
    cause: refusal,
  });
}

async function present(reference: string, engine: ImageEngine): Promise<ImageFact> {
  const image = await engine.inspectImage(reference);
  if (!image) throw new UserError('E_IMAGE_BASE', `${reference} is not on the engine after it was fetched`);
  return image;
}

async function tryPull(reference: string, ports: BaseImagePorts): Promise<UserError | undefined> {
  const { signal, emit } = ports;
  try {
    emit({ type: 'image.output', image: reference, text: `pulling ${reference}` });
    await ports.engine.pullImage(reference, { signal });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError && !error.code.startsWith('E_ENGINE_UNREACHABLE')) return error;
    throw error;
  }
}

async function hasMmdebstrap(ports: BaseImagePorts): Promise<boolean> {
  const asked = await ports.host?.exec({ argv: ['sh', '-c', 'command -v mmdebstrap'], signal: ports.signal });
  return asked?.exitCode === 0;
}

/** Documentation and translations are never unpacked; licences are. */
function mmdebstrapArguments(suite: string): string[] {
  const rules = [
    ...['doc', 'man', 'info', 'locale', 'lintian'].map((name) => `path-exclude=/usr/share/${name}/*`),
    'path-include=/usr/share/doc/*/copyright',
    'path-include=/usr/share/locale/locale.alias',
  ];
  const languages = '--aptopt=Acquire::Languages "none"';
  return [
    'mmdebstrap',
    '--variant=apt',
    '--format=tar',
    ...rules.map((rule) => `--dpkgopt=${rule}`),
    languages,
    suite,
    '-',
  ];
}

/** Streams mmdebstrap's tar into the engine. The tool knows its mirror itself. */
async function makeRootfs(suite: string, ports: BaseImagePorts): Promise<ImageFact> {
  const reference = rootfsReference(suite);
  const tar = new PassThrough();
  const failed = new AbortController();
  const signal = AbortSignal.any([ports.signal, failed.signal]);
  const imported = ports.engine.importImage({
    tar,
    reference,
    changes: [`LABEL slipway.rootfs=${suite}`],
    signal,
  });
  const said: string[] = [];
  const made = ports.host?.exec({
    argv: mmdebstrapArguments(suite),
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    signal,
    output: async (stream, chunk) => {
      if (stream === 'stderr') {
        const text = chunk.toString('utf8').trim();
        said.push(text);
        for (const line of text.split('\n'))
          ports.emit({ type: 'image.output', image: reference, text: line });
      } else if (!tar.write(chunk)) await once(tar, 'drain', { signal });
    },
  });
  const finished = made?.then((end) => {
    if (end.exitCode === 0) tar.end();
    else failed.abort(new UserError('E_IMAGE_BASE', `mmdebstrap failed for ${suite}: ${tail(said)}`));
  });
  imported.catch(() => failed.abort());
  const [end] = await Promise.allSettled([imported, finished]);
  ports.signal.throwIfAborted();
  if (failed.signal.aborted && failed.signal.reason instanceof UserError) throw failed.signal.reason;
  if (end.status === 'rejected') throw end.reason;
  return present(reference, ports.engine);
}

function tail(said: readonly string[]): string {
  return said.join('\n').split('\n').slice(-5).join('; ');
}
