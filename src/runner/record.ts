import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { Reporter, SlipwayEvent } from '../lib/events.ts';
import type { RecordFiles } from './record-files.ts';

/** Texts of a run's end, made by `report/` from the same events. */
export type RecordEndings = Readonly<Record<'summary.md' | 'summary.json' | 'junit.xml', () => string>>;

/** The record of a run: `.slipway/runs/<id>/`. */
export type RunRecord = {
  readonly directory: string;
  readonly reporter: Reporter;
  /** Writes a file beside the events, such as `plan.json`. */
  readonly write: (name: string, text: string) => void;
};

/**
 * Writes `events.jsonl`, a log a job under `jobs/`, and the endings when it is closed. A record that cannot be written
 * (a full disk) never stops the run: `onTrouble` is told once (E_RUN_RECORD), and nothing more is written.
 */
export function createRunRecord(options: {
  readonly directory: string;
  readonly files: RecordFiles;
  readonly endings: RecordEndings;
  readonly onTrouble: (error: UserError) => void;
}): RunRecord {
  const { directory, files, endings, onTrouble } = options;
  let broken = false;
  const attempt = (body: () => void) => {
    if (broken) return;
    try {
      body();
    } catch (cause) {
      broken = true;
      onTrouble(recordTrouble(directory, cause));
    }
  };
  const events = join(directory, 'events.jsonl');
  const log = (job: string) => join(directory, 'jobs', `${fileNameOf(job)}.log`);
  return {
    directory,
    write: (name, text) => attempt(() => files.write(join(directory, name), text)),
    reporter: {
      receive: (event) =>
        attempt(() => {
          files.append(events, `${JSON.stringify(event)}\n`);
          if (!('job' in event)) return;
          const text = renderLog(event);
          if (text !== '') files.append(log(event.job), text);
          if (event.type === 'job.finished') files.close(log(event.job));
        }),
      close: () => {
        for (const [name, render] of Object.entries(endings)) {
          attempt(() => files.write(join(directory, name), render()));
        }
        attempt(() => files.close(events));
      },
    },
  };
}

function recordTrouble(directory: string, cause: unknown): UserError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const words: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EACCES: 'permission denied',
    EROFS: 'read-only',
  };
  const why = words[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new UserError('E_RUN_RECORD', `the record ${directory} can't be written: ${why}`, {
    hint: 'the run goes on without it, and it cannot be looked at later; make room before the next one',
    cause,
  });
}

/** A job's name as a file's: other characters than letters, digits, `.`, `_`, `-` become `-`. */
export function fileNameOf(job: string): string {
  const plain = job.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '');
  const name = plain.slice(0, 120) || 'job';
  return name === job ? name : `${name}-${shortHash(job)}`;
}

/** FNV-1a: tells names apart that look alike after cleaning. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(36);
}

function renderLog(event: SlipwayEvent): string {
  switch (event.type) {
    case 'step.started':
      return `> ${event.name}\n`;
    case 'step.output':
      return `${event.text}\n`;
    case 'step.annotation':
      return `${event.level}: ${event.message}\n`;
    case 'step.progress':
      return `… ${event.text}\n`;
    case 'change.applied':
      return `changed: ${event.change.kind} ${event.change.target} on ${event.change.host}\n`;
    case 'step.finished': {
      const error = event.error ? `: ${event.error.message}` : '';
      const reason = event.reason === undefined ? '' : `: ${event.reason}`;
      return `< ${event.outcome} ${event.name}${error || reason}\n`;
    }
    default:
      return '';
  }
}
