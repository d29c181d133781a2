import { accessSync, constants, statSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { ScriptEnd, ScriptPlace, ScriptRequest } from './script.ts';
import { shellCommand } from './shell.ts';
import { type StepFileTexts, stepFileLimits, stepFiles, stepFileVariables } from './step-files.ts';

/** Runs a script on this machine, its files in a directory of its own under `place.scratch`. */
export async function runScriptHere(
  connection: HostConnection,
  request: ScriptRequest,
  place: ScriptPlace,
): Promise<ScriptEnd> {
  const directory = join(place.scratch, request.label);
  const shell = shellCommand(request.shell, request.at);
  const file = join(directory, `script${shell.extension}`);
  const workingDirectory = resolve(place.workspace, request.workingDirectory ?? '.');
  checkDirectory(workingDirectory, request);
  const env: Record<string, string> = { ...place.env, ...request.env };
  env['PATH'] = [...request.path, env['PATH'] ?? '/usr/bin:/bin'].join(delimiter);
  Object.assign(
    env,
    stepFileVariables((name) => join(directory, name)),
  );
  const program = findProgram(shell.programs, env['PATH'], request);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    await Promise.all([
      writeFile(file, request.script, { mode: 0o600 }),
      ...stepFiles.map((name) => writeFile(join(directory, name), '', { mode: 0o600 })),
    ]);
    const result = await connection.exec({
      argv: [program.name, ...program.args.map((word) => word.replaceAll('{0}', file))],
      env,
      workingDirectory,
      output: request.output,
      signal: request.signal,
      graceMs: request.graceMs,
      ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
    });
    return { result, files: await readFiles(directory) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readFiles(directory: string): Promise<StepFileTexts> {
  const texts = await Promise.all(
    stepFiles.map(async (name) => {
      const file = join(directory, name);
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      if (size === 0) return [name, ''] as const;
      if (size > stepFileLimits[name]) return [name, 'x'.repeat(stepFileLimits[name] + 1)] as const;
      return [name, await readFile(file, 'utf8')] as const;
    }),
  );
  return Object.fromEntries(texts);
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
