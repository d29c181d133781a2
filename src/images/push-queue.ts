import pLimit from 'p-limit';
import { UserError } from '../lib/errors.ts';
import type { ImageResult } from '../lib/events.ts';
import type { ImageNode } from './model.ts';
import { withRetries } from './retry.ts';
import type { BuildSession } from './session.ts';

/** Pushes beside the builds, two at a time, so that neither waits for the other. */
export type PushQueue = {
  readonly add: (node: ImageNode, result: ImageResult, finished: (result: ImageResult) => void) => void;
  readonly drained: () => Promise<void>;
};

export function makePushQueue(session: BuildSession): PushQueue {
  const limit = pLimit(2);
  const all: Promise<void>[] = [];
  return {
    add: (_node, result, finished) => {
      all.push(limit(() => pushOne(result, session)).then(finished));
    },
    drained: async () => {
      await Promise.all(all);
    },
  };
}

async function pushOne(result: ImageResult, session: BuildSession): Promise<ImageResult> {
  const { engine, clock, signal, emit } = session.ports;
  const target = `${session.request.registry}/${result.reference}`;
  try {
    signal.throwIfAborted();
    emit({ type: 'image.output', image: result.image, text: `pushing ${target}` });
    await engine.tagImage(result.digest ?? result.reference, target);
    const push = () => engine.pushImage(target, { signal });
    const registryDigest = await withRetries(push, { clock, signal, tail: () => [] });
    return { ...result, registryDigest };
  } catch (error) {
    if (signal.aborted) return { ...result, status: 'cancelled' };
    if (!(error instanceof UserError)) throw error;
    return { ...result, status: 'failed', failedStep: `push ${target}`, message: error.message };
  }
}
