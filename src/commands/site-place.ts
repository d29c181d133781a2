import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommandArguments, CommandContext } from './context.ts';

/**
 * The site's directory: `--site`, else SLIPWAY_SITE, else the current directory if it holds an inventory; undefined for
 * pipelines that need no site.
 */
export function siteOf(args: CommandArguments, context: CommandContext): string | undefined {
  const named = args.text('site') ?? (context.env['SLIPWAY_SITE'] || undefined);
  if (named !== undefined) return resolve(context.cwd, named);
  return existsSync(join(context.cwd, 'inventory.yml')) ? context.cwd : undefined;
}

/** The path of a file with its links resolved, or undefined where there is none. */
export function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
