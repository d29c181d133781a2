import { UserError } from '../lib/errors.ts';

/** Thrown by a value that is known only after something has run; `after` names it. */
export class NotKnownYet extends UserError {
  readonly after: string;

  constructor(after: string) {
    super('E_NOT_KNOWN_YET', `known only after ${after}`, { hint: 'it is planned when the run gets there' });
    this.after = after;
  }
}

/** What must run before, if that is why an error was thrown; looks through the errors around it. */
export function knownAfter(error: unknown): string | undefined {
  for (let here: unknown = error, depth = 0; here instanceof Error && depth < 10; depth++) {
    if (here instanceof NotKnownYet) return here.after;
    here = here.cause;
  }
  return undefined;
}

/** A context value that is not there yet. */
export function unknownValue(after: string): () => never {
  return () => {
    throw new NotKnownYet(after);
  };
}
