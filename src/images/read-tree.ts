import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Problem, problem, throwOnErrors, UserError } from '../lib/errors.ts';
import { readAs } from '../lib/schema.ts';
import { readYaml, yamlAt } from '../lib/yaml.ts';
import type { ImageTemplate, ImageTree, Profile } from './model.ts';

/** The name of an image's template in its directory. */
export const templateName = 'Dockerfile.njk';

/**
 * Reads which image templates there are: `ROOT/<project>/<image>/Dockerfile.njk`, and the profiles of
 * `ROOT/profiles.yml`. Of two roots the first one's files count, path by path. Throws E_FILE_NOT_FOUND for a root that
 * is none, E_IMAGE_DUPLICATE, and what is wrong with the profiles.
 */
export function readImageTree(roots: readonly string[]): ImageTree {
  const templates = new Map<string, ImageTemplate>();
  const problems: Problem[] = [];
  for (const root of roots) {
    if (!existsSync(root))
      throw new UserError('E_FILE_NOT_FOUND', `no directory of image templates at ${root}`);
    for (const path of templatePaths(root)) {
      const template = readTemplate(root, path);
      const known = templates.get(template.name);
      if (known === undefined) templates.set(template.name, template);
      else if (known.path !== path) problems.push(duplicate(template, known));
    }
  }
  const profiles = readProfiles(roots, problems);
  throwOnErrors(problems);
  const byName = [...templates].sort(([a], [b]) => (a < b ? -1 : 1));
  return { roots, templates: new Map(byName), profiles };
}

function templatePaths(root: string): string[] {
  return directories(root).flatMap((project) =>
    directories(join(root, project))
      .filter((image) => existsSync(join(root, project, image, templateName)))
      .map((image) => `${project}/${image}`),
  );
}

function directories(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

function readTemplate(root: string, path: string): ImageTemplate {
  const file = join(root, path, templateName);
  const [first = ''] = readFileSync(file, 'utf8').split('\n', 1);
  const header = /^\{#-?\s*suites:\s*([a-z0-9 ]*?)\s*-?#\}/.exec(first)?.[1] ?? '';
  return {
    name: path.split('/')[1] as string,
    path,
    file,
    suites: header.split(/ +/).filter((suite) => suite !== ''),
    suitesAt: { file, line: 1, column: 1, length: Math.max(1, first.length) },
  };
}

function duplicate(template: ImageTemplate, known: ImageTemplate): Problem {
  return problem('E_IMAGE_DUPLICATE', `two images are called "${template.name}"`, {
    at: { file: template.file, line: 1, column: 1 },
    hint: `the other one is ${known.file}; rename one of their directories`,
  });
}

const schema = z.record(z.string(), z.array(z.string()));

function readProfiles(roots: readonly string[], problems: Problem[]): Map<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const root of roots) {
    const file = join(root, 'profiles.yml');
    if (!existsSync(file)) continue;
    const { node, problems: found } = readYaml(readFileSync(file, 'utf8'), file);
    problems.push(...found);
    if (!node) continue;
    const { value, problems: wrong } = readAs(schema, node);
    problems.push(...wrong);
    for (const [name, patterns] of Object.entries(value ?? {})) {
      const at = (index: number) => yamlAt(node, [name, index])?.at ?? node.at;
      const placed = patterns.map((pattern, index) => ({ pattern, at: at(index) }));
      if (!profiles.has(name)) profiles.set(name, { name, patterns: placed });
    }
  }
  return profiles;
}
