import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { compileTemplate } from './compiler.ts';
import { valueFilters } from './filters.ts';
import { takeMarks } from './line-marks.ts';
import type { RenderedText, TemplateSources, Templates, TemplateVariables } from './model.ts';
import { baseRuntime, type CompiledTemplate, type Environment, makeEnvironment } from './nunjucks.ts';
import { TemplateSyntax, type Whitespace } from './parser.ts';
import { runtime } from './runtime.ts';
import { selections } from './selections.ts';
import { jinjaTests } from './tests.ts';
import { textFilters } from './text-filters.ts';
import { TemplateMisuse, textOf } from './values.ts';

/** Makes the templates of some sources. Nothing is read until a template is asked for. */
export function createTemplates(sources: TemplateSources): Templates {
  const texts = new Map<string, string>();
  const plain = environment(sources, texts, false);
  let marked: Environment | undefined;
  const render = (name: string, variables: TemplateVariables) => perform(plain, name, variables);
  const rendered = (name: string, variables: TemplateVariables): RenderedText => {
    const text = render(name, variables);
    let places: ReturnType<typeof takeMarks>['places'] | undefined;
    const origin: RenderedText['origin'] = (line) => {
      marked ??= environment(sources, texts, true);
      places ??= placesOf(text, () => perform(marked as Environment, name, variables));
      return places[line];
    };
    return { text, origin };
  };
  return {
    render,
    renderWithOrigin: rendered,
    renderText: (file, text, variables) => {
      texts.set(file, text);
      forget(plain, file);
      if (marked) forget(marked, file);
      return rendered(file, variables);
    },
  };
}

/** The places of the lines of `text`, or none if the marks changed what the template did. */
function placesOf(text: string, renderMarked: () => string): ReturnType<typeof takeMarks>['places'] {
  try {
    const taken = takeMarks(renderMarked());
    return taken.text === text ? taken.places : [];
  } catch {
    return [];
  }
}

function environment(
  sources: TemplateSources,
  texts: ReadonlyMap<string, string>,
  marks: boolean,
): Environment {
  const whitespace = { trim: sources.whitespace === 'trim', keepLast: sources.lastNewline === 'keep' };
  const env = makeEnvironment((name) => {
    const { file, text } = source(sources, texts, name);
    return { path: name, code: compiled(name, file, text, { ...whitespace, marks }) };
  });
  Object.assign(env.tests, jinjaTests);
  Object.assign(env.filters, textFilters, valueFilters);
  const tables = env as unknown as Parameters<typeof selections>[0];
  Object.assign(env.filters, selections(tables));
  Object.assign(env.globals, globals, sources.globals);
  return env;
}

/** Functions that Jinja2 has, and `raise_error(text)`. */
const globals = {
  dict: (values: Record<string, unknown> = {}) => plainMap(values),
  namespace: (values: Record<string, unknown> = {}) => plainMap(values),
  raise_error: (message: unknown) => {
    throw new TemplateMisuse(textOf(message));
  },
};

function plainMap(values: Record<string, unknown>): Record<string, unknown> {
  const { __keywords: _, ...map } = values;
  return map;
}

function source(
  sources: TemplateSources,
  texts: ReadonlyMap<string, string>,
  name: string,
): { file: string; text: string } {
  const given = texts.get(name);
  if (given !== undefined) return { file: name, text: given };
  for (const root of sources.roots) {
    const file = join(root, name);
    const text = sources.readFile(file);
    if (text !== undefined) return { file, text };
  }
  const hint = `looked in ${sources.roots.join(', ') || 'no directory'}`;
  throw new UserError('E_TEMPLATE_NOT_FOUND', `there is no template "${name}"`, { hint });
}

function compiled(
  name: string,
  file: string,
  text: string,
  options: Whitespace & { readonly marks: boolean },
): CompiledTemplate {
  try {
    return compileTemplate(name, text, { ...options, file, runtime });
  } catch (error) {
    if (!(error instanceof TemplateSyntax)) throw error;
    const unknown = /^unknown block tag: (\w+)/.exec(error.message)?.[1];
    const at = { file, line: error.lineno + 1, column: error.colno + 1 };
    if (unknown === undefined) throw new UserError('E_TEMPLATE_SYNTAX', error.message, { at });
    const message = `there is no tag "${unknown}", or it has nothing to close here`;
    throw new UserError('E_TEMPLATE_SYNTAX', message, {
      at: { ...at, length: unknown.length },
      hint: didYouMean(unknown, tags),
    });
  }
}

const tags = [
  ...[
    'if',
    'elif',
    'else',
    'endif',
    'for',
    'endfor',
    'set',
    'endset',
    'block',
    'endblock',
    'extends',
    'include',
  ],
  ...['import', 'from', 'macro', 'endmacro', 'call', 'endcall', 'filter', 'endfilter', 'raw', 'endraw'],
];

function perform(env: Environment, name: string, variables: TemplateVariables): string {
  const template = env.getTemplate(name);
  let output: string | undefined;
  let failure: { error: unknown } | undefined;
  template.render({ ...variables }, new baseRuntime.Frame(), (error, text) => {
    if (error) failure ??= { error };
    else output ??= text;
  });
  if (failure) throw placeable(innermost(failure.error), name);
  return output ?? '';
}

/** nunjucks wraps each failure once for each template that it passes. */
function innermost(error: unknown): unknown {
  let here = error;
  while (!(here instanceof UserError) && here instanceof Error && here.cause) here = here.cause;
  return here;
}

/** A failure of nunjucks itself that has no place, with the template's name. */
function placeable(error: unknown, name: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  if (error.name !== 'Template render error') return error;
  return new UserError('E_TEMPLATE_RENDER', error.message.replace(/^\(.*\)\s*/, ''), {
    at: { file: name, line: 1, column: 1 },
    cause: error,
  });
}

function forget(env: Environment, name: string): void {
  delete env.cache[name];
}
