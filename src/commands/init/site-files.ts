import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { createTemplates } from '../../templates/index.ts';
import { readText } from '../open-site.ts';
import { writeFileWhole } from '../write-file.ts';

/** A file of a new site; `path` is relative to its directory. */
export type NewFile = { readonly path: string; readonly text: string };

export type SiteVariables = {
  readonly name: string;
  readonly prefix: string | undefined;
  readonly interface: string;
  readonly address: string | undefined;
  readonly vip: string | undefined;
  readonly network: string | undefined;
};

/** The files of a reference site (`contrib/NAME`): `*.njk` rendered, others as they are, `gitignore` with its dot, and not its README. */
export function renderSite(source: string, variables: SiteVariables): readonly NewFile[] {
  const templates = createTemplates({ roots: [source], readFile: readText, whitespace: 'trim' });
  const given = { ...variables, host: 'localhost' };
  const values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? '']));
  return filesBelow(source).flatMap((path) => {
    if (path === 'README.md') return [];
    const name = path === 'gitignore' ? '.gitignore' : path.replace(/\.njk$/, '');
    const text = path.endsWith('.njk')
      ? `${templates.render(path, values).trimEnd()}\n`
      : (readText(join(source, path)) as string);
    return [{ path: name, text }];
  });
}

/**
 * Those of the files that are not there yet. Throws E_SITE_NOT_EMPTY, which lists what is in the way: a file of the same
 * name with another text, or anything else in the directory but hidden files and what a site gets later.
 */
export function planFiles(directory: string, files: readonly NewFile[]): readonly NewFile[] {
  const there = files.map((file) => ({ file, text: readText(join(directory, file.path)) }));
  const missing = there.filter((one) => one.text === undefined).map((one) => one.file);
  const different = there.filter((one) => one.text !== undefined && one.text !== one.file.text);
  const foreign = missing.length === 0 ? [] : foreignEntries(directory, files);
  const inTheWay = [...different.map((one) => one.file.path), ...foreign];
  if (inTheWay.length === 0) return missing;
  throw new UserError('E_SITE_NOT_EMPTY', `${directory} already holds ${inTheWay.join(', ')}`, {
    hint: 'nothing is written over: name a new directory, or edit the files that are there',
  });
}

/** True for a directory that has what every site has. */
export function isSite(directory: string): boolean {
  return ['inventory.yml', 'globals.yml'].every((name) => readText(join(directory, name)) !== undefined);
}

/** Writes them; the directory is made. Throws E_FILE_UNWRITABLE. */
export function writeFiles(directory: string, files: readonly NewFile[]): void {
  for (const file of files) {
    writeFileWhole(join(directory, file.path), file.text, { mode: 0o644, directoryMode: 0o755 });
  }
}

/** `--name`, else a name made from the directory's. Throws E_USAGE. */
export function siteNameOf(directory: string, given: string | undefined): string {
  if (given !== undefined) {
    if (/^[a-z0-9][a-z0-9_.-]*$/.test(given)) return given;
    throw new UserError('E_USAGE', `"${given}" can't be the name of a site`, {
      hint: 'small letters, digits, "-", "_" and "."',
    });
  }
  const made = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return made === '' ? 'slipway' : made;
}

const laterEntries = ['secrets.yml', 'images.lock.yml', 'pipelines', 'dockerfiles'];

function foreignEntries(directory: string, files: readonly NewFile[]): string[] {
  const own = new Set([...files.map((file) => file.path.split('/')[0]), ...laterEntries]);
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.') && !own.has(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UserError('E_FILE_UNREADABLE', `${directory} can't be read`, { cause: error });
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}
