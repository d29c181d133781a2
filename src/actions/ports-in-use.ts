import type { HostFacts } from '../engine/index.ts';
import { isOurs } from '../engine/index.ts';
import type { ServicePlan } from '../services/index.ts';

/** A TCP port that something listens on. `address` is `*` for all. */
export type Listener = { readonly address: string; readonly port: number };

/** What listens on a host, from the kernel's tables (proc(5), `/proc/net/tcp`): no program is needed for it. */
export async function listeners(
  read: (argv: readonly string[]) => Promise<string>,
): Promise<readonly Listener[]> {
  const text = await read(['sh', '-c', 'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || :']);
  return text.split('\n').flatMap((line) => {
    const match = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /.exec(line);
    return match
      ? [{ address: addressOf(match[1] as string), port: Number.parseInt(match[2] as string, 16) }]
      : [];
  });
}

/** Ports that services want on a host and that something other than the site's own containers holds. */
export function portProblems(
  plans: readonly ServicePlan[],
  inUse: readonly Listener[],
  at: { readonly host: string; readonly facts: HostFacts },
): string[] {
  const { host, facts } = at;
  return plans.flatMap((plan) => {
    const own = plan.containers.filter((spec) => spec.host === host);
    const runs = own.some((spec) => {
      const fact = facts.containers.get(spec.name);
      return fact !== undefined && isOurs(facts, fact) && fact.status === 'running';
    });
    if (runs) return [];
    return plan.listens
      .filter(
        (one) =>
          one.host === host && inUse.some((used) => used.port === one.port && overlaps(used, one.address)),
      )
      .map(
        (one) => `port ${one.port} of ${one.address}, which ${plan.name} needs, is in use by something else`,
      );
  });
}

function overlaps(used: Listener, address: string): boolean {
  return used.address === '*' || used.address === address;
}

/** Little-endian words in hexadecimal as an address; `*` where it is all zeros. */
function addressOf(hex: string): string {
  if (/^0+$/.test(hex)) return '*';
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((one) => Number.parseInt(one, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join('.');
  const words = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return words.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
}
