import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UserError } from '../lib/errors.ts';
import { type ImagesLock, renderImagesLock } from '../lib/images-lock.ts';

/** Writes a lock file at once or not at all, and only where it changed. True if it did. */
export function writeImagesLock(file: string, lock: ImagesLock): boolean {
  const text = renderImagesLock(lock);
  try {
    if (currentText(file) === text) return false;
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    return true;
  } catch (cause) {
    throw new UserError('E_FILE_UNWRITABLE', `${file} cannot be written`, { cause });
  }
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
