import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';

/** The log of one image's build: a file, and what the step at hand printed last. */
export type BuildLog = {
  readonly file: string | undefined;
  readonly write: (line: string) => void;
  /** A step begins: its number, text and an empty tail. */
  readonly step: (text: string) => void;
  readonly lastStep: () => string | undefined;
  readonly tail: () => readonly string[];
  readonly close: () => Promise<void>;
};

const tailLines = 20;

/** Opens `<directory>/<image>.log` anew; without a directory only the tail is kept. */
export function openBuildLog(directory: string | undefined, image: string): BuildLog {
  const file = directory === undefined ? undefined : join(directory, `${image}.log`);
  const stream = file === undefined ? undefined : open(directory as string, file);
  let lastStep: string | undefined;
  let tail: string[] = [];
  const write = (line: string) => {
    stream?.write(`${line}\n`);
    tail = [...tail.slice(1 - tailLines), line];
  };
  return {
    file,
    write,
    step: (text) => {
      stream?.write(`${text}\n`);
      lastStep = text;
      tail = [];
    },
    lastStep: () => lastStep,
    tail: () => tail,
    close: () => new Promise((resolve) => (stream ? stream.end(() => resolve()) : resolve())),
  };
}

function open(directory: string, file: string): WriteStream {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new UserError('E_FILE_UNWRITABLE', `cannot make the directory for build logs: ${directory}`, {
      cause: error,
    });
  }
  const stream = createWriteStream(file);
  stream.on('error', () => undefined);
  return stream;
}
