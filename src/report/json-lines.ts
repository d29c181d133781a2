import type { Reporter } from '../lib/events.ts';

/** Writes each event as one line of JSON. */
export function jsonLinesReporter(write: (text: string) => void): Reporter {
  return {
    receive: (event) => write(`${JSON.stringify(event)}\n`),
    close: () => {},
  };
}
