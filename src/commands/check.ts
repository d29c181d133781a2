import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { builtinActions, describeAction } from '../actions/index.ts';
import { hasErrors, type Problem, ProblemsError, problemOf, UserError } from '../lib/errors.ts';
import { loadPipeline } from '../pipeline/index.ts';
import {
  type Command,
  type CommandArguments,
  type CommandContext,
  jsonOption,
  siteOption,
} from './context.ts';
import { findPipeline } from './find-pipeline.ts';
import { type OpenedSite, openSite, readCatalogue, readText } from './open-site.ts';
import { contextShapes } from './run-world.ts';
import { realPath, siteOf } from './site-place.ts';

/** `slipway check`: every problem of pipelines, services and the site, in one pass. */
export const checkCommand: Command = {
  arguments: [
    { name: 'FILE', summary: 'pipelines by name or file (default: all of the site and tool)', many: true },
  ],
  options: [siteOption, jsonOption],
  examples: [
    { command: 'slipway check', does: 'checks the site and all its pipelines' },
    { command: 'slipway check ./release.yml', does: 'checks one pipeline and all that it uses' },
  ],
  run: async (args, context) => {
    const directory = siteOf(args, context);
    const problems: Problem[] = [];
    const opened = directory === undefined ? undefined : await openQuietly(args, context, problems);
    if (directory === undefined) problems.push(...readCatalogue(context.toolRoot, context.toolRoot).problems);
    const files = filesOf(args, context, { directory, problems });
    const read = new Set<string>();
    for (const file of files) problems.push(...checkFile(file, { directory, opened, context, read }));
    const all = unique(problems);
    if (hasErrors(all)) throw new ProblemsError(all);
    for (const one of all) context.note(`${one.severity}: ${one.message}`);
    const what = [
      ...(opened ? [`site ${opened.site.name}`] : []),
      `${read.size} ${read.size === 1 ? 'file' : 'files'} of pipelines and actions`,
    ].join(', ');
    return { exitCode: 0, data: { files: [...read], problems: all }, text: `${what}: no problem found` };
  },
};

async function openQuietly(
  args: CommandArguments,
  context: CommandContext,
  problems: Problem[],
): Promise<OpenedSite | undefined> {
  try {
    return await openSite(args, context, { secrets: 'closed', facts: false });
  } catch (error) {
    if (error instanceof ProblemsError) problems.push(...error.problems);
    else if (error instanceof UserError) problems.push(problemOf(error));
    else throw error;
    return undefined;
  }
}

type FileChoice = { readonly directory: string | undefined; readonly problems: Problem[] };

function filesOf(
  args: CommandArguments,
  context: CommandContext,
  { directory, problems }: FileChoice,
): readonly string[] {
  const places = { cwd: context.cwd, site: directory, toolRoot: context.toolRoot };
  if (args.positionals.length === 0) {
    const roots = [...(directory === undefined ? [] : [directory]), context.toolRoot];
    return roots.flatMap((root) => pipelineFiles(join(root, 'pipelines')));
  }
  return args.positionals.flatMap((name) => {
    try {
      return [findPipeline(name, places)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(problemOf(error));
      return [];
    }
  });
}

/** Pipelines below a directory: those beside each other, and those of services; actions are read where they are used. */
function pipelineFiles(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.yml') && !['service.yml', 'action.yml'].includes(basename(file)))
    .filter((file) => !/(?:^|\/)(?:templates|config)\//.test(file))
    .map((file) => join(directory, file))
    .filter((file) => /^(?:stages|jobs):/m.test(readText(file) ?? ''))
    .sort();
}

type FileSetting = {
  readonly directory: string | undefined;
  readonly opened: OpenedSite | undefined;
  readonly context: CommandContext;
  readonly read: Set<string>;
};

function checkFile(file: string, { directory, opened, context, read }: FileSetting): readonly Problem[] {
  const loaded = loadPipeline({
    file,
    readText: (path) => readText(resolve(context.cwd, path)),
    realPath: (path) => realPath(resolve(context.cwd, path)),
    roots: [...(directory === undefined ? [] : [directory]), join(context.toolRoot, 'pipelines')],
    actions: new Map([...builtinActions].map(([name, action]) => [name, describeAction(action)])),
    shapes: { ...contextShapes(opened), secrets: { open: true } },
  });
  for (const one of loaded.files) read.add(one);
  return loaded.problems;
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((one) => [JSON.stringify([one.code, one.message, one.at]), one]));
  return [...seen.values()];
}
