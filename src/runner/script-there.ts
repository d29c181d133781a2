import { randomBytes } from 'node:crypto';
import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { ScriptEnd, ScriptRequest } from './script.ts';
import { type ShellCommand, shellCommand } from './shell.ts';
import { type StepFileTexts, stepFileLimits, stepFiles, stepFileVariables } from './step-files.ts';

/**
 * Runs a script on another machine with nothing there but a POSIX shell. Everything goes over standard input: a
 * function that makes a private directory, sets the environment, writes the script and runs it. A second command
 * brings the step's files back and takes the directory away, also after a kill.
 */
export async function runScriptThere(connection: HostConnection, request: ScriptRequest): Promise<ScriptEnd> {
  const directory = `/tmp/slipway-step-${randomBytes(12).toString('hex')}`;
  const shell = shellCommand(request.shell, request.at);
  const result = await connection.exec({
    argv: ['sh', '-s'],
    stdin: renderLauncher(directory, shell, request),
    output: request.output,
    signal: request.signal,
    graceMs: request.graceMs,
    ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
  });
  if (result.ended === 'lost') return { result, files: {} };
  return { result, files: await collectFiles(connection, directory) };
}

/** The text that `sh` reads: nothing of it is run before all of it has arrived. */
export function renderLauncher(directory: string, shell: ShellCommand, request: ScriptRequest): string {
  const file = `${directory}/script${shell.extension}`;
  const mark = `SLIPWAY_${randomBytes(12).toString('hex')}`;
  const variables = { ...request.env, ...stepFileVariables((name) => `${directory}/${name}`) };
  const exports = Object.entries(variables).map(
    ([name, value]) => `  export ${checkName(name)}=${quote(value)}`,
  );
  const path = request.path.map((entry) => `${entry}:`).join('');
  return [
    'slipway_step() {',
    '  umask 077',
    `  mkdir ${quote(directory)} || return 125`,
    ...stepFiles.map((name) => `  : > ${quote(`${directory}/${name}`)}`),
    `  cat > ${quote(file)} <<'${mark}'`,
    request.script,
    mark,
    '  umask 022',
    ...exports,
    ...(path === '' ? [] : [`  export PATH=${quote(path)}"$PATH"`]),
    ...(request.workingDirectory === undefined
      ? []
      : [`  cd ${quote(request.workingDirectory)} || return 125`]),
    ...renderStart(shell, file),
    '}',
    'slipway_step < /dev/null',
    'exit $?',
    '',
  ].join('\n');
}

function renderStart(shell: ShellCommand, file: string): string[] {
  const names = shell.programs.map((program) => program.name).join(' or ');
  const lines = shell.programs.flatMap((program) => [
    `  if command -v ${quote(program.name)} > /dev/null 2>&1; then`,
    `    exec ${[program.name, ...program.args].map((word) => quote(word.replaceAll('{0}', file))).join(' ')}`,
    '  fi',
  ]);
  return [...lines, `  echo ${quote(`${names} is not on this host`)} >&2`, '  return 127'];
}

async function collectFiles(connection: HostConnection, directory: string): Promise<StepFileTexts> {
  const parts: Buffer[] = [];
  const lines = stepFiles.map((name) => {
    const file = quote(`${directory}/${name}`);
    return `[ -s ${file} ] && { wc -c < ${file}; echo ${name}; head -c ${stepFileLimits[name] + 1} ${file}; echo; }`;
  });
  await connection.exec({
    argv: ['sh', '-s'],
    stdin: [...lines, `rm -rf ${quote(directory)}`, 'exit 0', ''].join('\n'),
    output: (stream, chunk) => {
      if (stream === 'stdout') parts.push(chunk);
    },
    timeoutMs: 30_000,
  });
  return readCollected(Buffer.concat(parts));
}

/** Reads `SIZE\nNAME\nBYTES\n` for each file; a size past the limit means that the limit and one byte were sent. */
export function readCollected(bytes: Buffer): StepFileTexts {
  const texts: Record<string, string> = {};
  let at = 0;
  const line = () => {
    const end = bytes.indexOf(10, at);
    const text = bytes.subarray(at, end === -1 ? bytes.length : end).toString('utf8');
    at = end === -1 ? bytes.length : end + 1;
    return text.trim();
  };
  while (at < bytes.length) {
    const size = Number(line());
    const written = line();
    const name = stepFiles.find((one) => one === written);
    if (!name || !Number.isInteger(size)) break;
    const length = Math.min(size, stepFileLimits[name] + 1);
    texts[name] = bytes.subarray(at, at + length).toString('utf8');
    at += length + 1;
  }
  return texts;
}

function checkName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new UserError('E_STEP_ENV', `"${name}" is not a name of an environment variable`, {
    hint: 'use letters, digits and underscores, not beginning with a digit',
  });
}

/** Quotes a word for a POSIX shell. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
