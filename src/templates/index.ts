/** Templates with Jinja2's language, and merging of configuration files. */
export { createTemplates } from './environment.ts';
export { type ConfigFormat, type ConfigText, mergeConfig } from './merge.ts';
export { mergeJson, mergeYaml } from './merge-data.ts';
export { mergeIni } from './merge-ini.ts';
export type { RenderedText, TemplateSources, Templates, TemplateVariables } from './model.ts';
