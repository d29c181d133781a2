import { z } from 'zod';
import { execInContainer } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { deploymentOf, engineHere } from './deployment.ts';
import { numberInput, textInput } from './inputs.ts';

const inputs = strictObject({
  container: textInput,
  command: z.union([z.array(textInput).min(1), textInput]),
  user: textInput.optional(),
  stdin: textInput.optional(),
  'timeout-seconds': numberInput(300, { min: 1, max: 86_400 }),
});
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly given: Inputs };

/**
 * `slipway/exec`: runs a command in a running container of the job's host. A list is the argument vector as it is; a
 * text goes to `sh -c`. What it changes is not known beforehand. Throws E_STEP_EXIT for an exit code other than 0.
 */
export const execAction = defineAction<Inputs, Plan>({
  name: 'slipway/exec',
  description: 'Runs a command in a running container.',
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: { stdout: 'what it printed, at most 256 KiB' },
  needs: ['site', 'host'],
  changesEngine: true,
  plan: async (_context, given) => ({
    changes: [],
    because: `runs a command in ${given.container}; its effect is not known`,
    given,
  }),
  apply: async (context, { given }) => {
    const host = context.host ?? '';
    const { world } = await deploymentOf(context);
    const engine = await engineHere(context, host);
    const argv = typeof given.command === 'string' ? ['sh', '-c', given.command] : given.command;
    const result = await execInContainer(engine, `${world.site.globals.containerPrefix}${given.container}`, {
      argv,
      timeoutMs: given['timeout-seconds'] * 1000,
      signal: context.signal,
      output: (stream, chunk) => context.output(stream, chunk.toString('utf8')),
      ...(given.user !== undefined && { user: given.user }),
      ...(given.stdin !== undefined && { stdin: given.stdin }),
    });
    if (result.exitCode !== 0) {
      throw new UserError(
        'E_STEP_EXIT',
        `${argv[0]} in ${given.container} ended with exit code ${result.exitCode}`,
        {
          hint: 'see its output above',
        },
      );
    }
    return { changed: false, outputs: { stdout: result.stdout } };
  },
});
