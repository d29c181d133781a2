import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const settings = ['/proc/sys/net/ipv4/ip_nonlocal_bind', '/proc/sys/net/ipv6/ip_nonlocal_bind'];
const file = '/etc/sysctl.d/60-slipway.conf';

/** Remembers what bootstrap changes on this machine: the kernel settings and their file. Gives what puts it back. */
export function keepHostSettings(): () => void {
  const before = settings.map((path) => [path, textOf(path)] as const);
  const content = textOf(file);
  return () => {
    for (const [path, value] of before) {
      if (value !== undefined && textOf(path) !== value) writeFileSync(path, value);
    }
    if (content === undefined) rmSync(file, { force: true });
    else writeFileSync(file, content);
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
