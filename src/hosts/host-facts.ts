import { networkInterfaces } from 'node:os';
import { UserError } from '../lib/errors.ts';
import type { HostConnection } from '../lib/ports.ts';

/** A network interface with its addresses, as the host has them. */
export type HostInterface = {
  readonly name: string;
  readonly up: boolean;
  readonly addresses: readonly { readonly address: string; readonly prefixLength: number }[];
};

/** What a host has to offer. Absent is what it would not tell. */
export type SystemFacts = {
  readonly nowMs: number;
  readonly cpus?: number;
  readonly memoryTotalBytes?: number;
  readonly memoryAvailableBytes?: number;
  readonly diskFreeBytes?: number;
  readonly diskTotalBytes?: number;
  readonly distribution?: string;
  readonly distributionVersion?: string;
  readonly kernel?: string;
};

/** The interfaces of a host, from `ip -j addr`; without iproute2, on this machine, from the system. */
export async function interfacesOf(connection: HostConnection): Promise<HostInterface[]> {
  try {
    const text = await readCommand(connection, ['ip', '-j', 'addr']);
    return readInterfaces(text);
  } catch (error) {
    if (!connection.sharesFiles || !(error instanceof UserError)) throw error;
    return ownInterfaces();
  }
}

/** Reads what `ip -j addr` prints. */
export function readInterfaces(text: string): HostInterface[] {
  const rows = JSON.parse(text) as {
    ifname?: string;
    flags?: string[];
    addr_info?: { local?: string; prefixlen?: number; scope?: string }[];
  }[];
  return rows
    .filter((row) => row.ifname !== undefined)
    .map((row) => ({
      name: row.ifname ?? '',
      up: row.flags?.includes('UP') ?? false,
      addresses: (row.addr_info ?? [])
        .filter((one) => one.local !== undefined && one.scope !== 'link')
        .map((one) => ({ address: one.local ?? '', prefixLength: one.prefixlen ?? 0 })),
    }));
}

/** Memory, disk (of `diskPath`), clock and system of a host, by one command. */
export async function systemFactsOf(
  connection: HostConnection,
  options: { readonly diskPath: string },
): Promise<SystemFacts> {
  const script = [
    'echo "now $(date +%s%3N)"',
    'echo "cpus $(getconf _NPROCESSORS_ONLN 2>/dev/null)"',
    'echo "kernel $(uname -r)"',
    `awk '/^(MemTotal|MemAvailable):/ { print $1, $2 }' /proc/meminfo 2>/dev/null`,
    `df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print "disk", $2, $4 }'`,
    '. /etc/os-release 2>/dev/null; echo "os $ID $VERSION_ID"',
  ].join('\n');
  const text = await readCommand(connection, ['sh', '-c', script, 'facts', options.diskPath]);
  return readSystemFacts(text);
}

/** Reads what the command of `systemFactsOf` prints. */
export function readSystemFacts(text: string): SystemFacts {
  const rows = new Map(text.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1)]));
  const number = (name: string, index: number, unit: number) => {
    const value = Number(rows.get(name)?.[index] || Number.NaN);
    return Number.isFinite(value) ? value * unit : undefined;
  };
  const word = (name: string, index: number) => rows.get(name)?.[index] || undefined;
  return {
    nowMs: number('now', 0, 1) ?? Number.NaN,
    ...given('cpus', number('cpus', 0, 1)),
    ...given('memoryTotalBytes', number('MemTotal:', 0, 1024)),
    ...given('memoryAvailableBytes', number('MemAvailable:', 0, 1024)),
    ...given('diskTotalBytes', number('disk', 0, 1024)),
    ...given('diskFreeBytes', number('disk', 1, 1024)),
    ...given('distribution', word('os', 0)),
    ...given('distributionVersion', word('os', 1)),
    ...given('kernel', word('kernel', 0)),
  };
}

/** What a command prints on stdout. Throws E_HOST_COMMAND when it fails. */
export async function readCommand(connection: HostConnection, argv: readonly string[]): Promise<string> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const result = await connection.exec({
    argv,
    timeoutMs: 30_000,
    output: (stream, chunk) => {
      (stream === 'stdout' ? out : err).push(chunk);
    },
  });
  if (result.ended === 'exited' && result.exitCode === 0) return Buffer.concat(out).toString('utf8');
  const said = Buffer.concat(err).toString('utf8').trim().slice(-500);
  const end = result.ended === 'exited' ? `exit code ${result.exitCode ?? result.signal}` : result.ended;
  throw new UserError(
    'E_HOST_COMMAND',
    `${connection.host}: ${argv[0]} failed (${end})${said === '' ? '' : `: ${said}`}`,
    {
      hint: 'run the command on that host by hand to see what it lacks',
    },
  );
}

function ownInterfaces(): HostInterface[] {
  return Object.entries(networkInterfaces()).map(([name, addresses]) => ({
    name,
    up: true,
    addresses: (addresses ?? [])
      .filter((one) => !one.address.startsWith('fe80:'))
      .map((one) => ({ address: one.address, prefixLength: Number(one.cidr?.split('/')[1] ?? 0) })),
  }));
}

function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
