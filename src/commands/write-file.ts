import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../lib/errors.ts';

/**
 * Writes a file at once or not at all: a new file beside it, synced, then renamed over it. `mode` is that of the file;
 * directories that are missing are made. Throws E_FILE_UNWRITABLE.
 */
export function writeFileWhole(file: string, text: string, mode: number): void {
  const fresh = `${file}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 });
    const handle = openSync(fresh, 'w', mode);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    chmodSync(fresh, mode);
    renameSync(fresh, file);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw new UserError('E_FILE_UNWRITABLE', `${file} can't be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}
