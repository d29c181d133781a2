import type { DoctorPorts, Finding } from './finding.ts';

const gibibyte = 1024 ** 3;

/** The least that the quickstart's images and containers need, measured on a machine that ran it. */
export const needs = { node: [20, 19], memoryBytes: 2 * gibibyte, diskBytes: 8 * gibibyte } as const;

/** Node's version against the floor of `package.json`. */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [floorMajor, floorMinor] = needs.node;
  const isEnough = major > floorMajor || (major === floorMajor && minor >= floorMinor);
  if (isEnough) return { check: 'node', state: 'good', found: version };
  const advice = `install Node ${floorMajor}.${floorMinor} or later`;
  return { check: 'node', state: 'broken', found: version, advice };
}

/** Memory that can be had (`MemAvailable` of /proc/meminfo, in kB). */
export function judgeMemory(meminfo: string | undefined): Finding {
  const kilobytes = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(kilobytes)) {
    return { check: 'memory', state: 'warning', found: 'unknown: /proc/meminfo does not say' };
  }
  const bytes = kilobytes * 1024;
  const found = `${inGibibytes(bytes)} available`;
  if (bytes >= needs.memoryBytes) return { check: 'memory', state: 'good', found };
  const advice = `an all-in-one site needs about ${inGibibytes(needs.memoryBytes)}: stop what is not needed`;
  return { check: 'memory', state: 'warning', found, advice };
}

/** Room where the engine keeps images. */
export function judgeDisk(path: string, freeBytes: number | undefined): Finding {
  if (freeBytes === undefined) {
    return { check: 'disk', state: 'warning', found: `unknown: ${path} can't be looked at` };
  }
  const found = `${inGibibytes(freeBytes)} free below ${path}`;
  if (freeBytes >= needs.diskBytes) return { check: 'disk', state: 'good', found };
  const state = freeBytes < needs.diskBytes / 8 ? 'broken' : 'warning';
  const advice = `the images need about ${inGibibytes(needs.diskBytes)}: remove images that are not needed`;
  return { check: 'disk', state, found, advice };
}

/** The ports that the services of an all-in-one site listen on. */
export const servicePorts: Readonly<Record<number, string>> = {
  1984: 'HAProxy statistics',
  3306: 'MariaDB',
  4369: "RabbitMQ's port mapper",
  5000: 'Keystone',
  5672: 'RabbitMQ',
  11211: 'memcached',
};

/** Ports in use; `ours` are those whose container is of this site, so that a deployed site is no finding. */
export function judgePorts(ports: DoctorPorts, deployed: boolean): Finding {
  const listening = new Set([
    ...listeningPorts(ports.readText('/proc/net/tcp') ?? ''),
    ...listeningPorts(ports.readText('/proc/net/tcp6') ?? ''),
  ]);
  const used = Object.entries(servicePorts).filter(([port]) => listening.has(Number(port)));
  if (used.length === 0) return { check: 'ports', state: 'good', found: 'none of the usual ones is in use' };
  const found = `in use: ${used.map(([port, whose]) => `${port} (${whose})`).join(', ')}`;
  if (deployed) return { check: 'ports', state: 'good', found: `${found}; slipway runs containers here` };
  const advice = 'if they listen on the API address too, give the services other ports in globals.yml';
  return { check: 'ports', state: 'warning', found, advice };
}

/** Local ports in state LISTEN (0A) of the kernel's table, proc(5). */
export function listeningPorts(table: string): number[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A')
    .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16));
}

/** A size for people. */
export function inGibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}
