import { mergeJson, mergeYaml } from './merge-data.ts';
import { mergeIni } from './merge-ini.ts';

/** Text of a configuration file with the name that errors give it. */
export type ConfigText = { readonly file: string; readonly text: string };

/** `text` cannot be merged: the last file wins whole. */
export type ConfigFormat = 'ini' | 'yaml' | 'json' | 'text';

/**
 * Merges a rendered configuration file with the operator's overrides, lowest precedence first. Without overrides the
 * text comes back as it is.
 */
export function mergeConfig(
  format: ConfigFormat,
  base: ConfigText,
  overrides: readonly ConfigText[],
): string {
  if (overrides.length === 0) return base.text;
  const files = [base, ...overrides];
  if (format === 'ini') return mergeIni(files);
  if (format === 'yaml') return mergeYaml(files);
  return format === 'json' ? mergeJson(files) : (overrides.at(-1)?.text ?? base.text);
}
