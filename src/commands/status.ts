import { observeHost } from '../engine/index.ts';
import { interfacesOf } from '../hosts/index.ts';
import type { ContainerSpec } from '../lib/container-spec.ts';
import { UserError } from '../lib/errors.ts';
import { selectHosts } from '../site/index.ts';
import { type Command, type CommandContext, jsonOption, siteOption } from './context.ts';
import { expectedContainers } from './expected-containers.ts';
import { withHost } from './host-engine.ts';
import { type OpenedSite, openSite } from './open-site.ts';
import { renderStatus, type SiteStatus } from './status/render.ts';
import { type StatusRow, statusRows } from './status/rows.ts';

/**
 * `slipway status`: the containers of the site on its hosts, as they are and as they should be, and who holds the
 * virtual addresses. Takes no lock. Exit code 1 if a container is not well, 4 if a host can't be reached.
 */
export const statusCommand: Command = {
  arguments: [{ name: 'PATTERN', summary: 'hosts (default: all)' }],
  options: [siteOption, jsonOption],
  examples: [
    { command: 'slipway status', does: 'every container with its image, state, health, age and drift' },
    { command: 'slipway status control --json', does: 'those of a group of hosts, for a script' },
  ],
  run: async (args, context) => {
    const opened = await openForStatus(args, context);
    const hosts = selectHosts(opened.site.inventory, args.positionals[0] ?? 'all');
    const wanted = readExpected(opened);
    const views = await Promise.all(hosts.map((host) => viewHost({ opened, wanted, context }, host)));
    const status = assemble(opened, views, wanted.note);
    return { exitCode: exitCodeOf(status), data: status, text: renderStatus(status) };
  },
};

/** Without the key to the secrets there is still a status, only its drift is unknown. */
async function openForStatus(
  args: Parameters<Command['run']>[0],
  context: CommandContext,
): Promise<OpenedSite> {
  try {
    return await openSite(args, context, { secrets: 'open', facts: true });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'E_SECRETS_IDENTITY') throw error;
    return openSite(args, context, { secrets: 'closed', facts: true });
  }
}

type Expected = { readonly specs?: readonly ContainerSpec[]; readonly note?: string };

function readExpected(opened: OpenedSite): Expected {
  try {
    return { specs: expectedContainers(opened) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { note: `drift is unknown: ${error.message}` };
  }
}

type HostView = {
  readonly host: string;
  readonly rows: readonly StatusRow[];
  readonly addresses: readonly string[];
  readonly failed?: string;
};

type Viewing = {
  readonly opened: OpenedSite;
  readonly wanted: Expected;
  readonly context: CommandContext;
};

async function viewHost({ opened, wanted, context }: Viewing, host: string): Promise<HostView> {
  try {
    return await withHost(opened, host, async ({ engine, connection }) => {
      const facts = await observeHost(engine, { site: opened.site.name });
      const specs = wanted.specs?.filter((spec) => spec.host === host);
      const interfaces = await interfacesOf(connection);
      const addresses = interfaces.flatMap((one) => one.addresses.map((a) => a.address));
      return { host, rows: statusRows(facts, specs, context.clock.now()), addresses };
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { host, rows: [], addresses: [], failed: error.message };
  }
}

function assemble(opened: OpenedSite, views: readonly HostView[], note: string | undefined): SiteStatus {
  const { internalVip, externalVip } = opened.site.globals;
  const wanted = [...new Set([internalVip, ...(externalVip === undefined ? [] : [externalVip])])];
  const holders = (address: string) =>
    views.filter((view) => view.addresses.includes(address)).map((view) => view.host);
  return {
    site: opened.site.name,
    rows: views.flatMap((view) => view.rows),
    virtualAddresses: wanted.map((address) => ({ address, hosts: holders(address) })),
    unreachable: views.flatMap(({ host, failed }) =>
      failed === undefined ? [] : [{ host, message: failed }],
    ),
    ...(note !== undefined && { note }),
  };
}

function exitCodeOf(status: SiteStatus): number {
  if (status.unreachable.length > 0) return 4;
  return status.rows.every((row) => row.isWell) ? 0 : 1;
}
