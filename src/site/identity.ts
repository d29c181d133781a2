import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';

/** Where the age identity is looked for: `SLIPWAY_AGE_KEY_FILE`, else `age.key` in the user's configuration folder. */
export function identityFile(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env['SLIPWAY_AGE_KEY_FILE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const config = env['XDG_CONFIG_HOME'] || join(env['HOME'] || '/root', '.config');
  return join(config, 'slipway', 'age.key');
}

/** The identities in the text of a key file, as age writes them: comments and one `AGE-SECRET-KEY-…` a line. */
export function identitiesIn(text: string, file: string): readonly string[] {
  const identities = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (identities.length > 0) return identities;
  throw new UserError('E_SECRETS_IDENTITY', `${file} holds no age identity (AGE-SECRET-KEY-1…)`, {
    hint: 'name the right file in SLIPWAY_AGE_KEY_FILE',
  });
}
