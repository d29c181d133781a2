import { UserError } from '../lib/errors.ts';

/** Options of the form NAME=VALUE, the last one of a name counts. Throws E_USAGE for one without `=`. */
export function readKeyValues(option: string, values: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    values.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) {
        throw new UserError('E_USAGE', `--${option} ${text} has no "="`, {
          hint: `write --${option} NAME=VALUE`,
        });
      }
      return [text.slice(0, equals), text.slice(equals + 1)] as const;
    }),
  );
}
