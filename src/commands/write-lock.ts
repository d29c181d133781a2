import { type ImagesLock, renderImagesLock } from '../lib/images-lock.ts';
import { readText } from './open-site.ts';
import { writeFileWhole } from './write-file.ts';

/** Writes a lock file wholly or not at all, and only where it changed. True if it did. Throws E_FILE_UNWRITABLE. */
export function writeImagesLock(file: string, lock: ImagesLock): boolean {
  const text = renderImagesLock(lock);
  if (readText(file) === text) return false;
  writeFileWhole(file, text, { mode: 0o644 });
  return true;
}
