import type { ImageFact } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import type { ImageResult } from '../lib/events.ts';
import { type BuildLog, openBuildLog } from './build-log.ts';
import { contextTar } from './context-tar.ts';
import { finalDockerfile, labels, parentLabel } from './final-dockerfile.ts';
import type { ImageNode } from './model.ts';
import { imageReference } from './references.ts';
import { withRetries } from './retry.ts';
import { type BuildSession, displayName } from './session.ts';

/** Makes sure that a node has its image: the one that is there, or a new one. Never rejects for what a user can cause. */
export async function provideImage(node: ImageNode, session: BuildSession): Promise<ImageResult> {
  const startedAt = session.ports.clock.now();
  const hash = session.hashes.get(node.key) as string;
  const common = {
    image: displayName(node, session.graph),
    reference: imageReference(node, session.request.naming),
    contentHash: hash,
  };
  const elapsed = () => session.ports.clock.now() - startedAt;
  const log = { current: undefined as BuildLog | undefined };
  try {
    const present = findUnchanged(node, session);
    if (present) {
      if (!present.references.includes(common.reference)) {
        await session.ports.engine.tagImage(present.id, common.reference);
      }
      const facts = { digest: present.id, sizeBytes: present.sizeBytes };
      return { ...common, status: 'unchanged', durationMs: elapsed(), ...facts };
    }
    session.ports.emit({ type: 'image.started', image: common.image, why: whyBuild(node, session) });
    log.current = openBuildLog(session.request.logDirectory, common.image);
    const built = await buildWithRetries(node, session, log.current);
    return { ...common, status: 'built', durationMs: elapsed(), ...built, ...logFile(log.current) };
  } catch (error) {
    return { ...common, durationMs: elapsed(), ...failureOf(error, session, log.current) };
  } finally {
    await log.current?.close();
  }
}

/** An image with the node's hash that was built on the parent which is there now. */
function findUnchanged(node: ImageNode, session: BuildSession): ImageFact | undefined {
  if (session.request.noCache) return undefined;
  const parent = parentLabel(node, session);
  const reference = imageReference(node, session.request.naming);
  const same = session.images.filter(
    (image) =>
      image.labels[labels.contentHash] === session.hashes.get(node.key) &&
      image.labels[labels.parent] === parent,
  );
  return same.find((image) => image.references.includes(reference)) ?? same[0];
}

function whyBuild(node: ImageNode, session: BuildSession): string {
  if (session.request.noCache) return '--no-cache';
  const reference = imageReference(node, session.request.naming);
  const old = session.images.find((image) => image.references.includes(reference));
  if (!old) return 'not built yet';
  if (old.labels[labels.contentHash] !== session.hashes.get(node.key)) {
    return 'its template, files, packages or a parent changed';
  }
  return 'its parent was built anew';
}

async function buildWithRetries(
  node: ImageNode,
  session: BuildSession,
  log: BuildLog,
): Promise<{ digest: string; sizeBytes?: number }> {
  const { engine, emit, clock, signal } = session.ports;
  const image = displayName(node, session.graph);
  const say = (text: string) => {
    log.write(text);
    emit({ type: 'image.output', image, text });
  };
  const id = await withRetries(() => buildOnce(node, session, log), {
    clock,
    signal,
    tail: log.tail,
    retrying: (attempt, delayMs, error) =>
      say(`attempt ${attempt} of 3 in ${delayMs / 1000} s, since this may pass: ${(error as Error).message}`),
  });
  const facts = await engine.inspectImage(id);
  return { digest: facts?.id ?? id, ...(facts && { sizeBytes: facts.sizeBytes }) };
}

function buildOnce(node: ImageNode, session: BuildSession, log: BuildLog): Promise<string> {
  const { engine, emit, signal } = session.ports;
  const image = displayName(node, session.graph);
  return engine.buildImage({
    context: contextTar(finalDockerfile(node, session), node.files),
    reference: imageReference(node, session.request.naming),
    buildArgs: { ...session.request.proxies, ...session.request.buildArgs },
    noCache: session.request.noCache,
    signal,
    progress: (event) => {
      if (event.kind === 'step') {
        log.step(`Step ${event.step}/${event.of}: ${event.text}`);
        emit({ type: 'image.step', image, step: event.step, of: event.of, text: event.text });
      } else {
        log.write(event.text);
        emit({ type: 'image.output', image, text: event.text });
      }
    },
  });
}

type Failure = Pick<ImageResult, 'status' | 'message' | 'failedStep' | 'logTail' | 'logFile'>;

function failureOf(error: unknown, session: BuildSession, log: BuildLog | undefined): Failure {
  if (session.ports.signal.aborted) return { status: 'cancelled', ...logFile(log) };
  if (!(error instanceof UserError)) throw error;
  const step = log?.lastStep();
  const hint = error.hint === undefined ? '' : ` (${error.hint})`;
  return {
    status: 'failed',
    message: `${error.message}${hint}`,
    ...(step !== undefined && { failedStep: step }),
    ...(log && { logTail: log.tail() }),
    ...logFile(log),
  };
}

function logFile(log: BuildLog | undefined): { logFile?: string } {
  return log?.file === undefined ? {} : { logFile: log.file };
}
