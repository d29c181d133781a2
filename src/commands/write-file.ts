import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../lib/errors.ts';

export type WriteFileOptions = {
  /** Permissions of the file, whatever it had before. */
  readonly mode: number;
  /** Permissions of directories that are made for it; without them the directory must be there. */
  readonly directoryMode?: number;
};

/**
 * Writes a file wholly or not at all: a new file beside it is filled, brought to the disk and renamed, so that a kill or
 * a full disk leaves the old one. A link stays a link. Throws E_FILE_UNWRITABLE.
 */
export function writeFileWhole(file: string, text: string, options: WriteFileOptions): void {
  let temporary: string | undefined;
  try {
    if (options.directoryMode !== undefined)
      mkdirSync(dirname(file), { recursive: true, mode: options.directoryMode });
    const target = targetOf(file);
    temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.new`);
    fill(temporary, text, options.mode);
    renameSync(temporary, target);
    syncDirectory(dirname(target));
  } catch (cause) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw new UserError('E_FILE_UNWRITABLE', `${file} can't be written`, { cause });
  }
}

function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function fill(file: string, text: string, mode: number): void {
  const descriptor = openSync(file, 'wx', mode);
  try {
    fchmodSync(descriptor, mode);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Brings the rename to the disk. Some file systems do not let directories be synced: then that is theirs to know. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
  } finally {
    closeSync(descriptor);
  }
}
