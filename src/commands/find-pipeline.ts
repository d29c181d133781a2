import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';

/** Where pipelines are looked for. */
export type PipelinePlaces = {
  readonly cwd: string;
  /** The site's directory, if there is one. */
  readonly site: string | undefined;
  readonly toolRoot: string;
};

/**
 * The file of a pipeline: a path (with a `/` or ending in `.yml`) from the current directory, else a name: `deploy` is
 * the site's `pipelines/deploy.yml`, else the tool's. Paths come out relative to the current directory where they lie
 * below it. Throws E_PIPELINE_UNKNOWN.
 */
export function findPipeline(name: string, places: PipelinePlaces): string {
  const isPath = name.includes('/') || /\.ya?ml$/.test(name);
  const candidates = isPath
    ? [resolve(places.cwd, name)]
    : directories(places).map((one) => join(one, `${name}.yml`));
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return shown(found, places.cwd);
  if (isPath)
    throw new UserError('E_PIPELINE_UNKNOWN', `there is no file ${name}`, { hint: 'look at the path' });
  throw new UserError('E_PIPELINE_UNKNOWN', `there is no pipeline "${name}"`, {
    hint: didYouMean(name, pipelineNames(places)),
  });
}

/** The names that `findPipeline` knows. */
export function pipelineNames(places: PipelinePlaces): readonly string[] {
  const files = directories(places).flatMap((directory) =>
    existsSync(directory) ? readdirSync(directory) : [],
  );
  const names = files.filter((file) => file.endsWith('.yml')).map((file) => file.slice(0, -'.yml'.length));
  return [...new Set(names)].sort();
}

function directories({ site, toolRoot }: PipelinePlaces): readonly string[] {
  const tool = join(toolRoot, 'pipelines');
  return site === undefined ? [tool] : [join(site, 'pipelines'), tool];
}

/** A path as people write it: relative where that is below the current directory. */
function shown(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
