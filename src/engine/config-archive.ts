import { extract, pack } from 'tar-stream';
import type { ConfigFile } from '../lib/container-spec.ts';

/**
 * The files as a tar archive below `directory`, to be put to its parent. The same files give the same bytes: sorted,
 * owned by root, without times. Directories are 0755; files have their own modes.
 */
export async function packConfig(files: readonly ConfigFile[], directory: string): Promise<Buffer> {
  const archive = pack();
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const made = new Set<string>();
  const common = { uid: 0, gid: 0, mtime: new Date(0) };
  for (const name of [directory, ...sorted.map((file) => `${directory}/${file.path}`).flatMap(parentsOf)]) {
    if (made.has(name)) continue;
    made.add(name);
    archive.entry({ ...common, name: `${name}/`, type: 'directory', mode: 0o755 });
  }
  for (const file of sorted) {
    const mode = Number.parseInt(file.mode, 8);
    archive.entry({ ...common, name: `${directory}/${file.path}`, mode }, file.content);
  }
  archive.finalize();
  return collect(archive);
}

/** The plain files of an archive by their names in it. */
export async function unpackFiles(tar: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const bytes = await collect(entry);
    if (entry.header.type === 'file') files.set(entry.header.name, bytes.toString('utf8'));
  }
  return files;
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
