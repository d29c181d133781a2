import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import type { ContainerSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { placeOf } from './deployment.ts';
import { textInput } from './inputs.ts';

const inputs = strictObject({ directory: textInput.optional() });
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly specs: readonly ContainerSpec[]; readonly directory: string | undefined };

/**
 * `slipway/config`: renders the configuration of the job's service for the job's host, so that a template that can't be
 * rendered stops the run before anything is changed. With `directory` the files are written below it on the control
 * machine (0600, directories 0700: they hold secrets), as `HOST/CONTAINER/FILE`.
 */
export const configAction = defineAction<Inputs, Plan>({
  name: 'slipway/config',
  description: "Renders a service's configuration, and writes it out where that is asked for.",
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: { files: 'how many files there are' },
  needs: ['site', 'host', 'service'],
  plan: async (context, given) => {
    const { host, plan } = await placeOf(context);
    const specs = plan.containers.filter((spec) => spec.host === host);
    const count = specs.reduce((sum, spec) => sum + spec.files.length, 0);
    const directory =
      given.directory === undefined ? undefined : resolve(context.workingDirectory, given.directory);
    return { specs, directory, changes: [], because: `${count} files render` };
  },
  apply: async (_context, { specs, directory }) => {
    let files = 0;
    for (const spec of specs) {
      for (const file of spec.files) {
        files += 1;
        if (directory !== undefined)
          await write(join(directory, spec.host, spec.container, file.path), file.content);
      }
    }
    return { changed: false, outputs: { files: String(files) } };
  },
});

async function write(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, content, { mode: 0o600 });
  } catch (cause) {
    throw new UserError('E_FILE_UNWRITABLE', `${path} can't be written: ${(cause as Error).message}`, {
      cause,
    });
  }
}
