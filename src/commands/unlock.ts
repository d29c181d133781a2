import { forceUnlock, type LockState, readLock } from '../engine/index.ts';
import { selectHosts } from '../site/index.ts';
import { type Command, jsonOption, siteOption } from './context.ts';
import { withHost } from './host-engine.ts';
import { openSite } from './open-site.ts';

/**
 * `slipway unlock`: who holds the site's locks; with `--force` they are taken away. A lock expires by itself when its
 * holder shows no sign of life for a minute. Exit code 75 while one is held.
 */
export const unlockCommand: Command = {
  arguments: [{ name: 'PATTERN', summary: 'hosts (default: all)' }],
  options: [siteOption, { name: 'force', summary: 'remove the locks, whoever holds them' }, jsonOption],
  examples: [
    { command: 'slipway unlock', does: 'shows who holds the locks' },
    {
      command: 'slipway unlock --force',
      does: 'takes them away: the run that holds one stops at its next change',
    },
  ],
  run: async (args, context) => {
    const opened = await openSite(args, context, { secrets: 'closed', facts: false });
    const force = args.flag('force');
    const { name, inventory } = opened.site;
    const found: LockState[] = [];
    for (const host of selectHosts(inventory, args.positionals[0] ?? 'all')) {
      const act = force ? forceUnlock : readLock;
      const state = await withHost(opened, host, ({ engine }) => act(engine, name));
      if (state) found.push(state);
    }
    const lines = found.map((one) => describe(one, force));
    if (lines.length === 0) lines.push(`no host is locked for the site "${name}"`);
    return { exitCode: found.length > 0 && !force ? 75 : 0, data: found, text: lines.join('\n') };
  },
};

function describe(state: LockState, removed: boolean): string {
  const { who, command, run } = state.holder;
  const silent = Math.round(state.silentMs / 1000);
  const sign = state.expired
    ? `expired: last sign of life ${silent} s ago`
    : `last sign of life ${silent} s ago`;
  return `${state.host}: ${removed ? 'removed the lock of' : 'locked by'} ${who} (${command}, run ${run}), ${sign}`;
}
