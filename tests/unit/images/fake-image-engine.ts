import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { ImageBuildRequest, ImageEngine, ImageFact } from '../../../src/engine/index.ts';

/** An engine's images in memory. `builds` are the requests that came, `calls` counts everything. */
export type FakeImageEngine = ImageEngine & {
  readonly images: ImageFact[];
  readonly builds: { readonly reference: string; readonly dockerfile: string; readonly files: string[] }[];
  readonly pushes: string[];
  readonly calls: () => number;
  /** Runs before a build ends; may throw, or wait. */
  onBuild: (request: ImageBuildRequest, attempt: number) => void | Promise<void>;
  packageLists: string;
};

const idOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export function fakeImageEngine(images: ImageFact[] = []): FakeImageEngine {
  let calls = 0;
  let made = 0;
  const attempts = new Map<string, number>();
  const put = (fact: ImageFact) => {
    for (const [index, one] of images.entries()) {
      const references = one.references.filter((reference) => !fact.references.includes(reference));
      images[index] = { ...one, references };
    }
    images.push(fact);
    return fact.id;
  };
  const counted =
    <A extends unknown[], R>(body: (...args: A) => R) =>
    (...args: A): R => {
      calls += 1;
      return body(...args);
    };
  const find = (reference: string) =>
    images.find((one) => one.references.includes(reference) || one.id === reference);
  const engine: FakeImageEngine = {
    host: 'fake',
    platform: 'linux/amd64',
    images,
    builds: [],
    pushes: [],
    calls: () => calls,
    onBuild: () => undefined,
    packageLists: `${'a'.repeat(64)}  -\n`,
    listImages: counted(async () => [...images]),
    inspectImage: counted(async (reference) => find(reference)),
    buildImage: counted(async (request) => {
      const files = await readTar(request.context);
      const attempt = (attempts.get(request.reference) ?? 0) + 1;
      attempts.set(request.reference, attempt);
      const dockerfile = files.get('Dockerfile') ?? '';
      engine.builds.push({ reference: request.reference, dockerfile, files: [...files.keys()].sort() });
      request.progress({ kind: 'step', step: 1, of: 1, text: 'RUN it' });
      await engine.onBuild(request, attempt);
      const id = idOf(`${dockerfile}${made++}`);
      return put({ id, references: [request.reference], labels: labelsOf(dockerfile), sizeBytes: 1000 });
    }),
    importImage: counted(async (request) => {
      request.tar.resume();
      return put({ id: idOf(request.reference), references: [request.reference], labels: {}, sizeBytes: 1 });
    }),
    pullImage: counted(async (reference) => {
      put({ id: idOf(reference), references: [reference], labels: {}, sizeBytes: 1 });
    }),
    pushImage: counted(async (reference) => {
      engine.pushes.push(reference);
      return idOf(`pushed ${reference}`);
    }),
    tagImage: counted(async (image, reference) => {
      const fact = find(image) as ImageFact;
      images.splice(images.indexOf(fact), 1, { ...fact, references: [...fact.references, reference] });
    }),
    runThrowaway: counted(async () => ({ exitCode: 0, stdout: engine.packageLists, stderr: '' })),
    close: () => undefined,
  };
  return engine;
}

/** The labels of a Dockerfile's last instruction. */
function labelsOf(dockerfile: string): Record<string, string> {
  const last = dockerfile.trimEnd().split('\n').at(-1) ?? '';
  return Object.fromEntries([...last.matchAll(/(\S+)="([^"]*)"/g)].map((one) => [one[1], one[2]]));
}

async function readTar(tar: Readable): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const entry of tar.pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name, Buffer.concat(chunks).toString());
  }
  return files;
}
