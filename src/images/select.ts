import { type Problem, problem, throwOnErrors } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { ImageId, ImageTemplate, ImageTree } from './model.ts';

/** What a user asks for. Without patterns and profile it is everything. */
export type ImageSelection = {
  /** Names of images, or patterns with `*` and `?`; `project/*` goes by the project. */
  readonly patterns: readonly string[];
  readonly profile?: string | undefined;
  /** Absent: each image's newest. */
  readonly suite?: string | undefined;
};

/** Suites from new to old: where a template names none, the first is taken. */
export const knownSuites = ['trixie', 'bookworm'] as const;

/**
 * The images of a selection, each on its suite. Patterns leave out images that the suite has no packages for; names
 * that are written out must have them. Throws E_IMAGE_UNKNOWN, E_IMAGE_PROFILE, E_IMAGE_SUITE.
 */
export function selectImages(tree: ImageTree, selection: ImageSelection): ImageId[] {
  const problems: Problem[] = [];
  const wanted = [
    ...selection.patterns.map((pattern) => ({ pattern, at: undefined })),
    ...profilePatterns(tree, selection.profile, problems),
  ];
  if (wanted.length === 0 && selection.profile === undefined) wanted.push({ pattern: '*', at: undefined });
  const chosen = new Map<string, ImageId>();
  for (const { pattern, at } of wanted) {
    const found = [...tree.templates.values()].filter((template) => matches(template, pattern));
    if (found.length === 0) problems.push(unknown(tree, pattern, at));
    for (const template of found) {
      const suite = suiteFor(template, selection.suite);
      if (suite !== undefined) chosen.set(template.name, { image: template.name, suite });
      else if (!isPattern(pattern)) problems.push(wrongSuite(template, selection.suite ?? '', at));
    }
  }
  throwOnErrors(problems);
  return [...chosen.values()];
}

/** True if an image can be built on a suite. */
export function hasSuite(template: ImageTemplate, suite: string): boolean {
  return template.suites.length === 0 || template.suites.includes(suite);
}

function suiteFor(template: ImageTemplate, wanted: string | undefined): string | undefined {
  if (wanted === undefined) return template.suites[0] ?? knownSuites[0];
  return hasSuite(template, wanted) ? wanted : undefined;
}

function profilePatterns(tree: ImageTree, name: string | undefined, problems: Problem[]) {
  if (name === undefined) return [];
  const profile = tree.profiles.get(name);
  if (profile) return profile.patterns;
  const hint = didYouMean(name, tree.profiles.keys());
  problems.push(problem('E_IMAGE_PROFILE', `there is no profile "${name}"`, { hint }));
  return [];
}

function isPattern(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

function matches(template: ImageTemplate, pattern: string): boolean {
  const subject = pattern.includes('/') ? template.path : template.name;
  if (!isPattern(pattern)) return subject === pattern;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return new RegExp(`^${source}$`).test(subject);
}

function unknown(tree: ImageTree, pattern: string, at: SourcePosition | undefined): Problem {
  const message = isPattern(pattern) ? `no image matches "${pattern}"` : `there is no image "${pattern}"`;
  return problem('E_IMAGE_UNKNOWN', message, { at, hint: didYouMean(pattern, tree.templates.keys()) });
}

function wrongSuite(template: ImageTemplate, suite: string, at: SourcePosition | undefined): Problem {
  return problem('E_IMAGE_SUITE', `"${template.name}" has no packages on ${suite}`, {
    at: at ?? template.suitesAt,
    hint: `it can be built on ${template.suites.join(', ')}`,
  });
}
