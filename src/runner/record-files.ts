import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The few effects that a run record has. Files are 0600, directories 0700; writing is done when the call returns. */
export type RecordFiles = {
  readonly write: (file: string, text: string) => void;
  readonly append: (file: string, text: string) => void;
  /** Forgets an appended file's handle. */
  readonly close: (file: string) => void;
};

/** The machine's files. They are written at once, so that a killed run leaves what it knew. */
export function nodeRecordFiles(): RecordFiles {
  const open = new Map<string, number>();
  const handleOf = (file: string): number => {
    const known = open.get(file);
    if (known !== undefined) return known;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const handle = openSync(file, 'a', 0o600);
    open.set(file, handle);
    return handle;
  };
  return {
    write: (file, text) => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { mode: 0o600 });
    },
    append: (file, text) => {
      const handle = handleOf(file);
      const bytes = Buffer.from(text, 'utf8');
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    },
    close: (file) => {
      const handle = open.get(file);
      open.delete(file);
      if (handle !== undefined) closeSync(handle);
    },
  };
}
