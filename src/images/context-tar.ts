import type { Readable } from 'node:stream';
import { pack as packDirectory } from 'tar-fs';
import { type Header, pack as newPack, type Pack } from 'tar-stream';
import type { ContextFile } from './model.ts';

/**
 * The context of a build as a tar stream: the Dockerfile and the files, sorted, without times and owners, so that the
 * builder's cache sees the same bytes on every machine.
 */
export function contextTar(dockerfile: string, files: readonly ContextFile[]): Readable {
  const tar = newPack();
  const directories = [...new Set(files.map((file) => file.directory))].sort();
  const modes = new Map(files.map((file) => [file.path, file.mode]));
  const addNext = (index: number): void => {
    const directory = directories[index];
    if (directory === undefined) {
      tar.entry({ name: 'Dockerfile', mode: 0o644, mtime: epoch, uid: 0, gid: 0 }, dockerfile);
      tar.finalize();
      return;
    }
    packDirectory(directory, {
      entries: files.filter((file) => file.directory === directory).map((file) => file.path),
      map: (header) => anonymous(header as Header, modes) as typeof header,
      finalize: false,
      finish: () => addNext(index + 1),
      pack: tar,
    } as Parameters<typeof packDirectory>[1] & { pack: Pack });
  };
  addNext(0);
  return tar as unknown as Readable;
}

const epoch = new Date(0);

function anonymous(header: Header, modes: ReadonlyMap<string, number>): Header {
  const mode = modes.get(header.name) ?? 0o755;
  return { ...header, mode, mtime: epoch, uid: 0, gid: 0, uname: '', gname: '' };
}
