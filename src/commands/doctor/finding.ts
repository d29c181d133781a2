/** What one check found. `advice` says what to do, where there is something to do. */
export type Finding = {
  readonly check: string;
  readonly state: 'good' | 'warning' | 'broken';
  readonly found: string;
  readonly advice?: string;
};

/** What the checks look at, so that each judgement is a function of data. */
export type DoctorPorts = {
  /** The text of a file, or undefined. */
  readonly readText: (file: string) => string | undefined;
  /** Free bytes of the file system that holds a path, or undefined. */
  readonly freeBytes: (path: string) => Promise<number | undefined>;
  /** Asks a URL for its headers; what came back, or why nothing did. */
  readonly head: (
    url: string,
  ) => Promise<{ readonly status: number; readonly date?: number } | { readonly failed: string }>;
  readonly now: () => number;
};

/** A table of findings, with the advice below each that has one. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map((one) => one.check.length));
  const marks = { good: 'ok     ', warning: 'warning', broken: 'BROKEN ' } as const;
  const lines = findings.flatMap((one) => {
    const row = `${marks[one.state]}  ${one.check.padEnd(width)}  ${one.found}`;
    return one.advice === undefined ? [row] : [row, `         ${' '.repeat(width)}  → ${one.advice}`];
  });
  const broken = findings.filter((one) => one.state === 'broken').length;
  const warnings = findings.filter((one) => one.state === 'warning').length;
  return [...lines, '', summary(broken, warnings)].join('\n');
}

function summary(broken: number, warnings: number): string {
  if (broken === 0 && warnings === 0) return 'everything is as it should be';
  return `${broken} broken, ${warnings} to look at`;
}
