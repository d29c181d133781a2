import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommandArguments, CommandContext } from './context.ts';

/** The site's directory: `--site`, else SLIPWAY_SITE, else the current one. */
export function siteDirectory(args: CommandArguments, context: CommandContext): string {
  return namedSite(args, context) ?? context.cwd;
}

/** The same for pipelines that need no site: undefined where none is named and the current directory holds no inventory. */
export function siteOf(args: CommandArguments, context: CommandContext): string | undefined {
  return (
    namedSite(args, context) ?? (existsSync(join(context.cwd, 'inventory.yml')) ? context.cwd : undefined)
  );
}

function namedSite(args: CommandArguments, context: CommandContext): string | undefined {
  const named = args.text('site') ?? (context.env['SLIPWAY_SITE'] || undefined);
  return named === undefined ? undefined : resolve(context.cwd, named);
}

/** The path of a file with its links resolved, or undefined where there is none. */
export function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
