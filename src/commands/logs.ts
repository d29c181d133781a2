import { containerLogs } from '../engine/index.ts';
import { UserError } from '../lib/errors.ts';
import { selectHosts } from '../site/index.ts';
import { type Command, siteOption } from './context.ts';
import { withHost } from './host-engine.ts';
import { openSite } from './open-site.ts';

/** `slipway logs`: what a container of the site has written, from every host that has it. */
export const logsCommand: Command = {
  arguments: [{ name: 'CONTAINER', summary: "the container's name in service.yml", required: true }],
  options: [
    siteOption,
    { name: 'hosts', value: 'PATTERN', summary: 'the hosts to look on (default: all)' },
    { name: 'tail', short: 'n', value: 'LINES', summary: 'the last lines only (default: 100)' },
    { name: 'timestamps', summary: 'with the time of each line' },
    { name: 'follow', short: 'f', summary: 'go on with what is written from now on' },
  ],
  examples: [
    { command: 'slipway logs keystone', does: 'the last lines of keystone, from each host' },
    { command: 'slipway logs haproxy -f --hosts control', does: 'follows haproxy on the hosts of a group' },
  ],
  run: async (args, context) => {
    const [container = ''] = args.positionals;
    const opened = await openSite(args, context, { secrets: 'closed', facts: false });
    const hosts = selectHosts(opened.site.inventory, args.text('hosts') ?? 'all');
    const name = `${opened.site.globals.containerPrefix}${container}`;
    const lead = (host: string) => (hosts.length > 1 ? `${host} | ` : '');
    const found = await Promise.all(
      hosts.map((host) =>
        withHost(opened, host, async ({ engine }) => {
          if ((await engine.inspectContainer(name)) === undefined) return false;
          await containerLogs(engine, name, {
            output: linesWith(lead(host), context.stdout),
            tail: args.count('tail') ?? 100,
            timestamps: args.flag('timestamps'),
            follow: args.flag('follow'),
            signal: context.signal,
          });
          return true;
        }),
      ),
    );
    if (found.includes(true)) return { exitCode: 0 };
    throw new UserError('E_CONTAINER_NOT_RUNNING', `no host has a container ${name}`, {
      hint: 'slipway status lists the containers of the site',
    });
  },
};

/** Puts `lead` before each line; a line may come in several chunks. */
function linesWith(lead: string, write: (text: string) => void): (stream: string, chunk: Buffer) => void {
  if (lead === '') return (_stream, chunk) => write(chunk.toString('utf8'));
  const begun = new Map<string, string>();
  return (stream, chunk) => {
    const lines = `${begun.get(stream) ?? ''}${chunk.toString('utf8')}`.split('\n');
    begun.set(stream, lines.pop() ?? '');
    for (const line of lines) write(`${lead}${line}\n`);
  };
}
