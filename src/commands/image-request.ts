import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ImageSelection } from '../images/index.ts';
import { throwOnErrors, UserError } from '../lib/errors.ts';
import { emptyImagesLock, type ImagesLock, imagesLockFile, readImagesLock } from '../lib/images-lock.ts';
import { readYaml, yamlAt } from '../lib/yaml.ts';
import { type CommandArguments, type CommandContext, type CommandOption, siteOption } from './context.ts';
import { siteDirectory } from './site-place.ts';

/** Options that say which images, for `build` and `images`. */
export const selectionOptions: readonly CommandOption[] = [
  siteOption,
  {
    name: 'templates',
    value: 'DIR',
    many: true,
    summary: 'image templates in place of the ones that come along; of several, the first counts',
  },
  { name: 'profile', value: 'NAME', summary: 'the images of a profile of profiles.yml' },
  { name: 'suite', value: 'SUITE', summary: "Debian's suite (default: the newest that each image has)" },
];

/** Directories of image templates, highest precedence first: the site's overlays stand before all. */
export function templateRoots(args: CommandArguments, context: CommandContext): string[] {
  const given = args.all('templates').map((path) => resolve(context.cwd, path));
  const own = join(siteDirectory(args, context), 'dockerfiles');
  const roots = given.length > 0 ? given : [join(context.toolRoot, 'dockerfiles')];
  return existsSync(own) && !roots.includes(own) ? [own, ...roots] : roots;
}

/** What the positionals, `--profile` and `--suite` (else the site's suite) select. */
export function selectionOf(args: CommandArguments, context: CommandContext): ImageSelection {
  const suite = args.text('suite') ?? readSiteImages(siteDirectory(args, context)).suite;
  return { patterns: args.positionals, profile: args.text('profile'), suite };
}

/** The lock of the site's directory; an empty one where there is none. Throws what is wrong with it. */
export function loadImagesLock(directory: string): { file: string; lock: ImagesLock } {
  const file = join(directory, imagesLockFile);
  if (!existsSync(file)) return { file, lock: emptyImagesLock };
  const { lock, problems } = readImagesLock(readFileSync(file, 'utf8'), file);
  throwOnErrors(problems);
  return { file, lock: lock ?? emptyImagesLock };
}

/** What a site's `globals.yml` says of images. The rest of that file is no matter of a build. */
export type SiteImages = {
  readonly suite?: string;
  readonly namespace?: string;
  readonly tag?: string;
  readonly registry?: string;
};

/** Reads it; nothing where there is no such file. Throws what is wrong with its YAML. */
export function readSiteImages(directory: string): SiteImages {
  const file = join(directory, 'globals.yml');
  if (!existsSync(file)) return {};
  const { node, problems } = readYaml(readFileSync(file, 'utf8'), file);
  throwOnErrors(problems);
  const text = (key: string, name: keyof SiteImages): SiteImages => {
    const value = node && yamlAt(node, [key]);
    return value?.kind === 'scalar' && value.text !== '' ? { [name]: value.text } : {};
  };
  return {
    ...text('base_suite', 'suite'),
    ...text('image_namespace', 'namespace'),
    ...text('image_tag', 'tag'),
    ...text('registry', 'registry'),
  };
}

/** Checks a name that becomes part of an image's reference. */
export function checkedName(what: string, value: string, pattern: RegExp): string {
  if (pattern.test(value)) return value;
  throw new UserError('E_USAGE', `"${value}" cannot be ${what}`, {
    hint: 'small letters, digits, and ".", "_", "-" between them',
  });
}
