/**
 * A run's id: `20261125-211600-9kx4f`, the time in UTC, then the milliseconds and three characters that `random` (0 to 1)
 * gives. Ids sort by time.
 */
export function createRunId(now: number, random: () => number): string {
  const stamp = new Date(now)
    .toISOString()
    .slice(0, 19)
    .replaceAll('-', '')
    .replaceAll(':', '')
    .replace('T', '-');
  const millis = (now % 1000).toString(36).padStart(2, '0');
  const noise = Array.from({ length: 3 }, () => Math.floor(random() * 36).toString(36)).join('');
  return `${stamp}-${millis}${noise}`;
}

/** True for what `createRunId` makes. */
export function isRunId(text: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-z]{5}$/.test(text);
}
