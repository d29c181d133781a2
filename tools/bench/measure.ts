import { spawnSync } from 'node:child_process';

/** One row of the table: what was measured, against what, and whether that is within its limit. */
export type Measurement = {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'ratio' | 'calls';
  readonly limit: number;
  readonly note: string;
};

/** The median wall time of `times` runs in milliseconds; a run that fails ends the measurement. */
export function medianMs(times: number, argv: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const durations = Array.from({ length: times }, () => {
    const began = performance.now();
    const end = spawnSync(argv[0] as string, argv.slice(1), { env: { ...process.env, ...env } });
    if (end.status !== 0) throw new Error(`${argv.join(' ')} ended with ${end.status}: ${end.stderr}`);
    return performance.now() - began;
  });
  durations.sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] as number;
}

/** The table for people; rows past their limit are marked. */
export function renderMeasurements(rows: readonly Measurement[]): string {
  const cells = rows.map((row) => [
    row.name,
    shown(row.value, row.unit),
    `≤ ${shown(row.limit, row.unit)}`,
    row.value <= row.limit ? 'ok' : 'OVER',
    row.note,
  ]);
  const all = [['what', 'measured', 'limit', '', 'how'], ...cells];
  const widths = all[0]?.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function shown(value: number, unit: Measurement['unit']): string {
  if (unit === 'ratio') return `${value.toFixed(2)}×`;
  return unit === 'ms' ? `${Math.round(value)} ms` : `${value} calls`;
}
