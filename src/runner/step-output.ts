import { StringDecoder } from 'node:string_decoder';
import type { Masker } from './masker.ts';
import { lastDrawn, stripTerminal } from './terminal-text.ts';
import { readWorkflowCommand, type WorkflowCommand } from './workflow-command.ts';

/** Takes a step's output as it comes and gives it on as whole lines, without terminal control. */
export type StepOutput = {
  readonly write: (stream: 'stdout' | 'stderr', chunk: Buffer | string) => void;
  /** Gives what is left of unfinished lines. */
  readonly end: () => void;
};

/** A line longer than this (in characters) is given in pieces, so that no output grows memory. */
export const longestLine = 64 * 1024;

/**
 * `show` gets one or more whole lines, joined by line feeds without a last one; `command` gets each workflow command,
 * in its place among the lines. Between `::stop-commands::TOKEN` and `::TOKEN::` lines are only shown.
 */
export function createStepOutput(options: {
  readonly masker: Masker;
  readonly show: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly command: (command: WorkflowCommand) => boolean;
}): StepOutput {
  const commands = commandReader(options.command);
  const streams = {
    stdout: createLines((lines) => give('stdout', lines), options.masker),
    stderr: createLines((lines) => give('stderr', lines), options.masker),
  };
  const give = (stream: 'stdout' | 'stderr', lines: readonly Line[]) => {
    let shown: string[] = [];
    const flush = () => {
      if (shown.length > 0) options.show(stream, shown.join('\n'));
      shown = [];
    };
    for (const line of lines) {
      if (line.whole && mayBeCommand(line.text) && commands.take(stripTerminal(line.text), flush)) continue;
      shown.push(line.text);
    }
    flush();
  };
  return {
    write: (stream, chunk) => streams[stream].write(chunk),
    end: () => {
      streams.stdout.end();
      streams.stderr.end();
    },
  };
}

type Line = { readonly text: string; readonly whole: boolean };

function createLines(give: (lines: readonly Line[]) => void, masker: Masker) {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let continued = false;
  const clean = (text: string): string => stripTerminal(lastDrawn(text));
  const take = (text: string): void => {
    const parts = (pending + text).split('\n');
    pending = parts.pop() ?? '';
    const lines = parts.map((part, i) => ({ text: clean(part), whole: i > 0 || !continued }));
    if (parts.length > 0) continued = false;
    if (pending.length > longestLine) {
      const [now, later] = masker.cut(pending);
      lines.push({ text: clean(now), whole: false });
      pending = later;
      continued = true;
    }
    if (lines.length > 0) give(lines);
  };
  return {
    write: (chunk: Buffer | string) => take(typeof chunk === 'string' ? chunk : decoder.write(chunk)),
    end: () => {
      const rest = pending + decoder.end();
      pending = '';
      if (rest !== '') give([{ text: clean(rest), whole: !continued }]);
      continued = false;
    },
  };
}

function mayBeCommand(line: string): boolean {
  return line.includes('::') || line.includes('##[');
}

/** Follows `stop-commands`; `take` is true where the line was a command and must not be shown. */
function commandReader(handle: (command: WorkflowCommand) => boolean) {
  let token: string | undefined;
  return {
    take: (line: string, before: () => void): boolean => {
      if (token !== undefined) {
        if (line.trim().toLowerCase() !== `::${token}::`) return false;
        token = undefined;
        return true;
      }
      const command = readWorkflowCommand(line);
      if (!command) return false;
      before();
      if (command.name === 'stop-commands' && command.message !== '') {
        token = command.message.toLowerCase();
        return true;
      }
      return handle(command);
    },
  };
}
