import type { StatusRow } from './rows.ts';

/** A virtual address and the hosts that hold it now. */
export type AddressHolder = { readonly address: string; readonly hosts: readonly string[] };

/** What a site looks like. `unreachable` are hosts with why they did not answer. */
export type SiteStatus = {
  readonly site: string;
  readonly rows: readonly StatusRow[];
  readonly virtualAddresses: readonly AddressHolder[];
  readonly unreachable: readonly { readonly host: string; readonly message: string }[];
  /** Why drift is unknown, where it is. */
  readonly note?: string;
};

/** The status for people: a table, the reasons of drift below it, then the virtual addresses. */
export function renderStatus(status: SiteStatus): string {
  const lines = table([
    ['HOST', 'SERVICE', 'CONTAINER', 'STATE', 'HEALTH', 'AGE', 'DRIFT', 'IMAGE'],
    ...status.rows.map((row) => [
      row.host,
      row.service,
      row.name,
      row.state,
      row.health,
      row.ageSeconds === undefined ? '-' : shortAge(row.ageSeconds),
      row.drift,
      row.image,
    ]),
  ]);
  const reasons = status.rows.flatMap((row) =>
    row.reasons.map((one) => `  ${row.name} on ${row.host}: ${one}`),
  );
  const holders = status.virtualAddresses.map(
    (one) => `virtual address ${one.address}: ${heldBy(one.hosts)}`,
  );
  const lost = status.unreachable.map((one) => `${one.host} can't be reached: ${one.message}`);
  return [
    ...(status.rows.length === 0 ? [`the site "${status.site}" runs nothing`] : lines),
    ...(reasons.length === 0 ? [] : ['', 'a deployment would change:', ...reasons]),
    ...(holders.length + lost.length === 0 ? [] : ['', ...holders, ...lost]),
    ...(status.note === undefined ? [] : ['', `note: ${status.note}`]),
  ].join('\n');
}

function heldBy(hosts: readonly string[]): string {
  if (hosts.length === 0) return 'held by no host';
  const several = hosts.length > 1 ? ' (more than one: the hosts do not see each other)' : '';
  return `held by ${hosts.join(', ')}${several}`;
}

/** `45s`, `12m`, `3h`, `9d`. */
export function shortAge(seconds: number): string {
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
