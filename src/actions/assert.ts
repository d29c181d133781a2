import type { z } from 'zod';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { booleanInput, textInput } from './inputs.ts';

const inputs = strictObject({ that: booleanInput(false), message: textInput, hint: textInput.optional() });
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly inputs: Inputs };

/** `slipway/assert`: fails with `message` unless `that` (an expression's result) is true. */
export const assertAction = defineAction<Inputs, Plan>({
  name: 'slipway/assert',
  description: 'Fails with a message unless a condition is true.',
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: {},
  needs: [],
  plan: async (_context, given) => ({ changes: [], because: 'asserts; changes nothing', inputs: given }),
  apply: async (_context, { inputs: given }) => {
    if (!given.that) throw new UserError('E_ASSERTION', given.message, { hint: given.hint });
    return { changed: false, outputs: {} };
  },
});
