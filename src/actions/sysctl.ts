import type { z } from 'zod';
import { readCommand } from '../hosts/index.ts';
import type { Change } from '../lib/change.ts';
import { UserError } from '../lib/errors.ts';
import { strictObject } from '../lib/schema.ts';
import { type ActionPlan, defineAction } from './action.ts';
import { mapInput, textInput } from './inputs.ts';

const inputs = strictObject({
  settings: mapInput,
  file: textInput.default('/etc/sysctl.d/60-slipway.conf'),
});
type Inputs = z.infer<typeof inputs>;
type Plan = ActionPlan & { readonly given: Inputs; readonly content: string };

/**
 * `slipway/sysctl`: kernel settings of the job's host, now and after a reboot (`file` is written whole). Reads first and
 * changes only what differs.
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
    const names = Object.keys(given.settings).sort();
    const wrong = names.find((name) => !/^[a-z0-9_]+([./][a-zA-Z0-9_-]+)+$/.test(name));
    if (wrong !== undefined) throw new UserError('E_ACTION_INPUT', `"${wrong}" is no kernel setting`);
    const script = 'for name; do cat "/proc/sys/$(printf %s "$name" | tr . /)" 2>/dev/null || echo; done';
    const values = (await readCommand(connection, ['sh', '-c', script, 'sysctl', ...names])).split('\n');
    const content = `# Written by slipway.\n${names.map((name) => `${name} = ${given.settings[name]}\n`).join('')}`;
    const there = await readCommand(connection, [
      'sh',
      '-c',
      'cat "$1" 2>/dev/null || :',
      'read',
      given.file,
    ]);
    const change = (target: string, reason: string): Change => ({
      host,
      target,
      kind: 'write',
      reasons: [reason],
    });
    const changes = names.flatMap((name, index) => {
      const value = values[index]?.trim().replace(/\s+/g, ' ');
      if (value === given.settings[name]) return [];
      return [change(`kernel setting ${name}`, `it is ${value || 'not there'}, not ${given.settings[name]}`)];
    });
    if (there !== content)
      changes.push(change(`file ${given.file}`, there === '' ? 'it is not there' : 'its content differs'));
    return { given, content, changes, because: 'all settings are as they should be' };
  },
  apply: async (context, plan) => {
    if (plan.changes.length === 0) return { changed: false, outputs: {} };
    const connection = await context.connect(context.host ?? '');
    const pairs = Object.entries(plan.given.settings).flat();
    await readCommand(connection, [
      'sh',
      '-ec',
      'file=$1 content=$2; shift 2; mkdir -p "$(dirname "$file")"; printf %s "$content" >"$file.new"; mv "$file.new" "$file"; while [ $# -gt 0 ]; do printf %s "$2" >"/proc/sys/$(printf %s "$1" | tr . /)"; shift 2; done',
      'sysctl',
      plan.given.file,
      plan.content,
      ...pairs,
    ]);
    for (const change of plan.changes) context.applied(change);
    return { changed: true, outputs: {} };
  },
});
