import { UserError } from '../lib/errors.ts';

/** The files through which a step speaks to its runner, each fresh and empty for every step. */
export const stepFiles = ['output', 'env', 'path', 'state', 'summary'] as const;
export type StepFile = (typeof stepFiles)[number];

/** The texts of a step's files after it ended. */
export type StepFileTexts = Readonly<Partial<Record<StepFile, string>>>;

/** What a step wrote, read. `refused` are names that its environment file may not set. */
export type StepFileValues = {
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly refused: readonly string[];
};

/** Limits of the files in bytes: GitHub's for outputs and summaries. */
export const stepFileLimits: Readonly<Record<StepFile, number>> = {
  output: 1024 * 1024,
  env: 1024 * 1024,
  path: 64 * 1024,
  state: 1024 * 1024,
  summary: 1024 * 1024,
};

const refusedNames = /^(?:BASH_ENV|ENV|LD_\w+|NODE_OPTIONS|IFS|PS4|GITHUB_\w+|RUNNER_\w+|SLIPWAY_\w+)$/i;

/** The variables that name a step's files, ours and GitHub's. */
export function stepFileVariables(pathOf: (file: StepFile) => string): Record<string, string> {
  const named: Record<StepFile, string> = {
    output: 'OUTPUT',
    env: 'ENV',
    path: 'PATH',
    state: 'STATE',
    summary: 'STEP_SUMMARY',
  };
  return Object.fromEntries(
    stepFiles.flatMap((file) => ['SLIPWAY', 'GITHUB'].map((who) => [`${who}_${named[file]}`, pathOf(file)])),
  );
}

/** Reads a step's files. Throws E_STEP_FILE for a line that is no `name=value`, an open delimiter, or too much. */
export function readStepFiles(texts: StepFileTexts): StepFileValues {
  for (const file of stepFiles) {
    const size = Buffer.byteLength(texts[file] ?? '');
    if (size > stepFileLimits[file]) {
      throw new UserError(
        'E_STEP_FILE',
        `the step's ${file} file has ${size} bytes, more than ${stepFileLimits[file]}`,
        {
          hint: 'write large results to a file of your own and hand over its name',
        },
      );
    }
  }
  const env = readPairs(texts.env ?? '', 'env');
  const names = Object.keys(env);
  return {
    outputs: readPairs(texts.output ?? '', 'output'),
    env: Object.fromEntries(
      names.filter((name) => !refusedNames.test(name)).map((name) => [name, env[name] ?? '']),
    ),
    path: (texts.path ?? '').split(/\r?\n/).filter((line) => line !== ''),
    state: readPairs(texts.state ?? '', 'state'),
    summary: texts.summary ?? '',
    refused: names.filter((name) => refusedNames.test(name)),
  };
}

/** Reads `name=value` lines and `name<<DELIMITER` blocks. */
function readPairs(text: string, file: StepFile): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc > 0 && (equals === -1 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = delimiter === '' ? -1 : lines.indexOf(delimiter, i + 1);
      if (end === -1) throw openDelimiter(file, line, i);
      pairs[line.slice(0, heredoc)] = lines.slice(i + 1, end).join('\n');
      i = end;
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new UserError('E_STEP_FILE', `line ${i + 1} of the step's ${file} file is no "name=value"`, {
        hint: 'a value of several lines is written as name<<EOF, the lines, EOF',
      });
    }
  }
  return pairs;
}

function openDelimiter(file: StepFile, line: string, index: number): UserError {
  const name = line.slice(0, line.indexOf('<<'));
  return new UserError(
    'E_STEP_FILE',
    `line ${index + 1} of the step's ${file} file opens "${name}<<" and nothing ends it`,
    {
      hint: 'the delimiter must stand alone on a line after the value',
    },
  );
}
