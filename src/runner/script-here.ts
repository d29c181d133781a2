import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { ScriptEnd, ScriptPlace, ScriptRequest } from './script.ts';
import { shellCommand } from './shell.ts';
import { type StepFileTexts, stepFileLimits, stepFiles, stepFileVariables } from './step-files.ts';

/** Runs a script on this machine; its files stand in `place.scratch`, by its label, until it has ended. */
export async function runScriptHere(
  connection: HostConnection,
  request: ScriptRequest,
  place: ScriptPlace,
): Promise<ScriptEnd> {
  const shell = shellCommand(request.shell, request.at);
  const pathOf = (name: string) => join(place.scratch, `${request.label}-${name}`);
  const file = pathOf(`script${shell.extension}`);
  const workingDirectory = resolve(place.workspace, request.workingDirectory ?? '.');
  checkDirectory(workingDirectory, request);
  // Without SHLVL bash takes a socket on its standard input for a remote login and reads ~/.bashrc (bash, shell.c).
  const env: Record<string, string> = { SHLVL: '1', ...place.env, ...request.env };
  env['PATH'] = [...request.path, env['PATH'] ?? '/usr/bin:/bin'].join(delimiter);
  Object.assign(env, stepFileVariables(pathOf));
  const program = findProgram(shell.programs, env['PATH'], request);
  // A dozen small files: doing it at once takes a tenth of the time of twelve promises.
  mkdirSync(place.scratch, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, request.script, { mode: 0o600 });
    for (const name of stepFiles) writeFileSync(pathOf(name), '', { mode: 0o600 });
    const result = await connection.exec({
      argv: [program.name, ...program.args.map((word) => word.replaceAll('{0}', file))],
      env,
      workingDirectory,
      output: request.output,
      signal: request.signal,
      graceMs: request.graceMs,
      ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
    });
    return { result, files: readFiles(pathOf) };
  } finally {
    for (const one of [file, ...stepFiles.map(pathOf)]) rmSync(one, { force: true });
  }
}

function readFiles(pathOf: (name: string) => string): StepFileTexts {
  const texts: Record<string, string> = {};
  for (const name of stepFiles) {
    const file = pathOf(name);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0) continue;
    const limit = stepFileLimits[name];
    texts[name] = size > limit ? 'x'.repeat(limit + 1) : readFileSync(file, 'utf8');
  }
  return texts;
}

function checkDirectory(directory: string, request: ScriptRequest): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new UserError('E_STEP_DIRECTORY', `the working directory ${directory} is not there`, {
    at: request.at,
    hint: 'make it in an earlier step, or correct working-directory (it is relative to the site)',
  });
}

type Program = { readonly name: string; readonly args: readonly string[] };

function findProgram(programs: readonly Program[], path: string, request: ScriptRequest): Program {
  for (const program of programs) {
    if (program.name.includes('/')) return program;
    for (const directory of path.split(delimiter)) {
      const file = join(directory || '.', program.name);
      if (isExecutable(file)) return { ...program, name: file };
    }
  }
  const names = programs.map((program) => program.name).join(' or ');
  throw new UserError('E_STEP_SHELL', `${names} is not on this machine's PATH`, {
    at: request.at,
    hint: 'install it, or choose another shell',
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
