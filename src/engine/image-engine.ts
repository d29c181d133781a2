import { UserError } from '../lib/errors.ts';
import type { EngineConnection } from './connection.ts';
import { buildImage } from './image-build.ts';
import type { ImageEngine, ImageFact } from './image-port.ts';
import { runThrowaway } from './image-throwaway.ts';
import { importImage, pullImage, pushImage, splitReference } from './image-transfer.ts';

/** The images of an engine, over a connection. */
export function imageEngine(engine: EngineConnection): ImageEngine {
  return {
    host: engine.host,
    platform: `${engine.version.os}/${engine.version.architecture}`,
    listImages: async () => {
      const images = await engine.call('list its images', (docker, abortSignal) =>
        docker.listImages({ abortSignal }),
      );
      return images.map((image) => ({
        id: image.Id,
        references: (image.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
        labels: image.Labels ?? {},
        sizeBytes: image.Size,
      }));
    },
    inspectImage: (reference) => inspect(engine, reference),
    buildImage: (request) => buildImage(engine, request),
    importImage: (request) => importImage(engine, request),
    pullImage: (reference, options) => pullImage(engine, reference, options),
    pushImage: (reference, options) => pushImage(engine, reference, options),
    tagImage: async (image, reference) => {
      const { fromImage: repo, tag } = splitReference(reference);
      await engine.call(`tag ${reference}`, (docker, abortSignal) =>
        docker.getImage(image).tag({ repo, tag, abortSignal }),
      );
    },
    runThrowaway: (request) => runThrowaway(engine, request),
    close: engine.close,
  };
}

async function inspect(engine: EngineConnection, reference: string): Promise<ImageFact | undefined> {
  try {
    const image = await engine.call(`inspect ${reference}`, (docker, abortSignal) =>
      docker.getImage(reference).inspect({ abortSignal } as { manifests?: boolean }),
    );
    return {
      id: image.Id,
      references: image.RepoTags ?? [],
      labels: image.Config?.Labels ?? {},
      sizeBytes: image.Size,
    };
  } catch (error) {
    if (error instanceof UserError && error.code === 'E_IMAGE_MISSING') return undefined;
    throw error;
  }
}
