import type { SourcePosition } from '../lib/position.ts';

/** Where templates come from. The first root that has a name wins, so that a site's overlays stand before ours. */
export type TemplateSources = {
  /** Directories, highest precedence first. A template's name is its path below one of them. */
  readonly roots: readonly string[];
  /** The text of a file, or undefined where there is none. */
  readonly readFile: (path: string) => string | undefined;
  /** Values and functions that every template sees. A variable of the same name wins. */
  readonly globals?: Readonly<Record<string, unknown>>;
  /**
   * `trim` removes the line break after a tag or comment and the blanks before it on its line, as Ansible's
   * templates have it; `keep` (the default) is Jinja2's own default, and Kolla's.
   */
  readonly whitespace?: 'keep' | 'trim';
  /** A template's last line break: `strip` (the default) is Jinja2's own default, `keep` is Ansible's. */
  readonly lastNewline?: 'strip' | 'keep';
};

/** What a template may use; functions are called with its arguments. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/**
 * Text with the places that its lines come from: `origin(line)` takes a 0-based line of `text`. The places are worked
 * out at the first call, so that they cost nothing where nobody asks.
 */
export type RenderedText = {
  readonly text: string;
  readonly origin: (line: number) => SourcePosition | undefined;
};

/**
 * Compiled templates over some sources; each is read and compiled once.
 * All three throw UserError with the place in the template: E_TEMPLATE_NOT_FOUND, E_TEMPLATE_SYNTAX,
 * E_TEMPLATE_UNDEFINED (an undefined variable, attribute or item is never an empty string), E_TEMPLATE_RENDER.
 */
export type Templates = {
  readonly render: (name: string, variables: TemplateVariables) => string;
  readonly renderWithOrigin: (name: string, variables: TemplateVariables) => RenderedText;
  /** Renders a text that is not a file of the roots (it may import theirs); `file` is its name in errors. */
  readonly renderText: (file: string, text: string, variables: TemplateVariables) => RenderedText;
};
