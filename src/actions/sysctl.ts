import type { z } from 'zod';
import { readCommand } from '../hosts/index.ts';
import type { Change } from '../lib/change.ts';
import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { mapInput, textInput } from './inputs.ts';

const inputs = strictObject({
  settings: mapInput,
  file: textInput.default('/etc/sysctl.d/60-slipway.conf'),
});
type Inputs = z.infer<typeof inputs>;
type Setting = { readonly name: string; readonly value: string; readonly optional: boolean };
type Plan = ActionPlan & {
  readonly file: string;
  readonly content: string;
  readonly wrong: readonly Setting[];
};

/**
 * `slipway/sysctl`: kernel settings of the job's host, now and after a reboot (`file` is written whole). Reads first and
 * changes only what differs. A name that begins with `-` may be missing in the kernel, as sysctl.d(5) has it: IPv6's
 * are, where a kernel was started without IPv6.
 */
export const sysctlAction = defineAction<Inputs, Plan>({
  name: 'slipway/sysctl',
  description: 'Sets kernel settings of a host, now and after a reboot.',
  inputs: inputs as unknown as z.ZodType<Inputs>,
  outputs: {},
  needs: ['host'],
  plan: async (context, given) => {
    const host = context.host ?? '';
    const connection = await context.connect(host);
    const settings = settingsOf(given);
    const values = await presentValues(connection, settings);
    const there = await readCommand(connection, [
      'sh',
      '-c',
      'cat "$1" 2>/dev/null || :',
      'read',
      given.file,
    ]);
    const content = contentOf(settings);
    const write = (target: string, reason: string): Change => ({
      host,
      target,
      kind: 'write',
      reasons: [reason],
    });
    const wrong = settings.filter(
      ({ value, optional }, index) => values[index] !== value && !(optional && values[index] === ''),
    );
    const changes = wrong.map((one) => {
      const present = values[settings.indexOf(one)] || 'not there';
      return write(`kernel setting ${one.name}`, `it is ${present}, not ${one.value}`);
    });
    if (there !== content)
      changes.push(write(`file ${given.file}`, there === '' ? 'it is not there' : 'its content differs'));
    return { file: given.file, content, wrong, changes, because: 'all settings are as they should be' };
  },
  apply: async (context, plan) => {
    if (plan.changes.length === 0) return { changed: false, outputs: {} };
    const connection = await context.connect(context.host ?? '');
    const pairs = plan.wrong.flatMap(({ name, value }) => [name, value]);
    await readCommand(connection, ['sh', '-ec', writing, 'sysctl', plan.file, plan.content, ...pairs]);
    for (const change of plan.changes) context.applied(change);
    return { changed: true, outputs: {} };
  },
});

const writing =
  'file=$1 content=$2; shift 2; mkdir -p "$(dirname "$file")"; printf %s "$content" >"$file.new"; mv "$file.new" "$file"; while [ $# -gt 0 ]; do printf %s "$2" >"/proc/sys/$(printf %s "$1" | tr . /)"; shift 2; done';

/** Sorted by name. Throws E_ACTION_INPUT for what is no name of a setting. */
function settingsOf(given: Inputs): readonly Setting[] {
  const settings = Object.entries(given.settings).map(([key, value]) => {
    if (!/^-?[a-z0-9_]+([./][a-zA-Z0-9_-]+)+$/.test(key))
      throw new UserError('E_ACTION_INPUT', `"${key}" is no kernel setting`);
    return { name: key.replace(/^-/, ''), value, optional: key.startsWith('-') };
  });
  return settings.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the kernel has for each setting, blanks made single; empty where it has no such setting. */
async function presentValues(
  connection: HostConnection,
  settings: readonly Setting[],
): Promise<readonly string[]> {
  const script = 'for name; do cat "/proc/sys/$(printf %s "$name" | tr . /)" 2>/dev/null || echo; done';
  const names = settings.map((one) => one.name);
  const text = await readCommand(connection, ['sh', '-c', script, 'sysctl', ...names]);
  return text.split('\n').map((value) => value.trim().replace(/\s+/g, ' '));
}

function contentOf(settings: readonly Setting[]): string {
  const lines = settings.map(({ name, value, optional }) => `${optional ? '-' : ''}${name} = ${value}\n`);
  return `# Written by slipway.\n${lines.join('')}`;
}
