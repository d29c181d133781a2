import { UserError } from '../../lib/errors.ts';
import { identitiesIn, identityFile } from '../../site/index.ts';
import type { DoctorPorts, Finding } from './finding.ts';

/** The age identity that opens secrets. None is no fault where there are no secrets yet. */
export function checkIdentity(
  env: Readonly<Record<string, string | undefined>>,
  ports: DoctorPorts,
  hasSecrets: boolean,
): Finding {
  const file = identityFile(env);
  const text = ports.readText(file);
  if (text === undefined) {
    const found = `no age identity at ${file}`;
    if (!hasSecrets) return { check: 'identity', state: 'good', found: `${found}; secrets init makes one` };
    const advice =
      'the secrets of this site stay closed: name the file that holds it in SLIPWAY_AGE_KEY_FILE';
    return { check: 'identity', state: 'broken', found, advice };
  }
  try {
    const count = identitiesIn(text, file).length;
    return { check: 'identity', state: 'good', found: `${count} in ${file}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { check: 'identity', state: 'broken', found: error.message, advice: error.hint ?? 'look at it' };
  }
}
