import { UserError } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';

export type MatrixRow = Readonly<Record<string, unknown>>;

/** GitHub's limit is 256; more hosts than that are an axis of their own. */
export const matrixLimit = 256;

/**
 * The rows of a matrix as GitHub makes them: the product of the axes; `exclude` removes the rows that have all its
 * values; each map of `include` is added to every row of the product whose own values it does not change, and is a row
 * of its own where there is none. Throws E_PIPELINE_MATRIX.
 */
export function expandMatrix(value: unknown, at: SourcePosition): readonly MatrixRow[] {
  const wrong = (what: string) => new UserError('E_PIPELINE_MATRIX', what, { at });
  if (!isMap(value)) throw wrong(`the matrix came out as ${shown(value)}, not as a map of axes`);
  const { include, exclude, ...axes } = value;
  let rows: MatrixRow[] = Object.keys(axes).length === 0 ? [] : [{}];
  for (const [axis, values] of Object.entries(axes)) {
    if (!Array.isArray(values))
      throw wrong(`the axis "${axis}" of the matrix came out as ${shown(values)}, not as a list`);
    rows = rows.flatMap((row) => values.map((one: unknown) => ({ ...row, [axis]: one })));
    if (rows.length > 100 * matrixLimit) throw wrong(`the matrix has more than ${matrixLimit} rows`);
  }
  const excluded = rowsOf(exclude, 'exclude', wrong);
  const kept = rows.filter((row) => !excluded.some((one) => matches(row, one)));
  const full = addIncluded(kept, rowsOf(include, 'include', wrong));
  if (full.length > matrixLimit) throw wrong(`the matrix has ${full.length} rows, more than ${matrixLimit}`);
  return full;
}

/** A row as text, for keys and titles: `os=debian,version=12`. */
export function rowText(row: MatrixRow): string {
  return Object.entries(row)
    .map(([axis, value]) => `${axis}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(',');
}

function addIncluded(rows: readonly MatrixRow[], included: readonly MatrixRow[]): readonly MatrixRow[] {
  const made = rows.map((row) => ({ own: row, row }));
  const extra: MatrixRow[] = [];
  for (const one of included) {
    const fitting = made.filter(({ own }) =>
      Object.entries(one).every(([axis, value]) => !(axis in own) || same(own[axis], value)),
    );
    if (fitting.length === 0) extra.push(one);
    for (const target of fitting) target.row = { ...target.row, ...one };
  }
  return [...made.map(({ row }) => row), ...extra];
}

function matches(row: MatrixRow, pattern: MatrixRow): boolean {
  return Object.entries(pattern).every(([axis, value]) => contains(row[axis], value));
}

/** A map in `exclude` names the values that count of a map in the row. */
function contains(value: unknown, pattern: unknown): boolean {
  if (!isMap(pattern)) return same(value, pattern);
  return isMap(value) && Object.entries(pattern).every(([key, one]) => contains(value[key], one));
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' || typeof b === 'object') return JSON.stringify(a) === JSON.stringify(b);
  return String(a) === String(b);
}

function rowsOf(value: unknown, key: string, wrong: (what: string) => UserError): readonly MatrixRow[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isMap)) {
    throw wrong(`"${key}" of the matrix came out as ${shown(value)}, not as a list of maps`);
  }
  return value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
