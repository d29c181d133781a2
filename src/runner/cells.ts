import type { PlannedJob } from '../pipeline/model.ts';
import { batchesOf } from './batches.ts';
import { type Cell, performCell, skipCell } from './cell.ts';
import { branchHalt, HaltReason, shared } from './halt.ts';
import { createLimiter } from './limiter.ts';
import type { JobEnd } from './state.ts';

/** How the jobs of a stage are spread. `allowed` failures end no batch. */
export type Spread = {
  readonly maxParallel: number;
  readonly serial: unknown;
  readonly failFast: boolean;
  readonly allowed: number;
  /** True where failures past `allowed` also keep jobs from starting that could start: `max-failures` was given. */
  readonly stopsEarly: boolean;
};

/** Performs the jobs of a stage: batch by batch, each after those that it names, within the stage's limits. */
export async function performCells(
  jobs: readonly PlannedJob[],
  spread: Spread,
  cellOf: (job: PlannedJob, index: number) => Cell,
): Promise<ReadonlyMap<string, JobEnd>> {
  const ends = new Map<string, JobEnd>();
  const limiter = createLimiter(spread.maxParallel);
  const stop = new AbortController();
  shared(stop.signal);
  const started = new Map<string, Promise<JobEnd>>();
  const index = new Map(jobs.map((job, i) => [job, i]));
  const failures = () => [...ends.values()].filter((end) => end.conclusion === 'failure').length;
  const perform = async (job: PlannedJob): Promise<JobEnd> => {
    const whole = cellOf(job, index.get(job) ?? 0);
    const branch = branchHalt(whole.halt);
    const cell: Cell = { ...whole, halt: branch };
    const forget = listen(stop.signal, () => branch.stop(failFastReason));
    const held = await waitFor(job, started, ends);
    if (held !== undefined) return skipCell(cell, held);
    try {
      return await limiter.run(async () => {
        if (stop.signal.aborted) return skipCell(cell, failFastReason.message);
        if (spread.stopsEarly && failures() > spread.allowed)
          return skipCell(cell, tooMany(failures(), spread.allowed));
        const end = await performCell(cell);
        // Before the next job gets this place, so that it sees the failure.
        ends.set(job.key, end);
        if (spread.failFast && end.conclusion === 'failure') stop.abort(failFastReason);
        return end;
      });
    } finally {
      forget();
    }
  };
  const track = (job: PlannedJob) => {
    const end = perform(job).then((one) => {
      ends.set(job.key, one);
      return one;
    });
    started.set(job.key, end);
    return end;
  };
  for (const batch of batches(jobs, spread.serial)) {
    if (failures() > spread.allowed) {
      for (const job of batch) {
        const end = skipCell(cellOf(job, index.get(job) ?? 0), tooMany(failures(), spread.allowed));
        ends.set(job.key, end);
      }
    } else {
      await Promise.all(inOrder(batch).map(track));
    }
  }
  return ends;
}

const failFastReason = new HaltReason('fail-fast', 'another job of the stage failed (fail-fast)');

function tooMany(failures: number, allowed: number): string {
  return `${failures} failed before, and the stage bears ${allowed}`;
}

function listen(signal: AbortSignal, body: () => void): () => void {
  signal.addEventListener('abort', body, { once: true });
  return () => signal.removeEventListener('abort', body);
}

/** Jobs are batched by host: all services and matrix rows of a host are in its batch. */
function batches(jobs: readonly PlannedJob[], serial: unknown): readonly (readonly PlannedJob[])[] {
  const hosts = [...new Set(jobs.map((job) => job.host ?? job.key))];
  return batchesOf(hosts, serial).map((names) => {
    const members = new Set(names);
    return jobs.filter((job) => members.has(job.host ?? job.key));
  });
}

/** A job after those that it waits for, so that their promises are there when it looks. */
function inOrder(jobs: readonly PlannedJob[]): readonly PlannedJob[] {
  const byKey = new Map(jobs.map((job) => [job.key, job]));
  const ordered = new Set<PlannedJob>();
  const visit = (job: PlannedJob, above: ReadonlySet<string>) => {
    if (ordered.has(job) || above.has(job.key)) return;
    const below = new Set([...above, job.key]);
    for (const key of job.after) {
      const before = byKey.get(key);
      if (before) visit(before, below);
    }
    ordered.add(job);
  };
  for (const job of jobs) visit(job, new Set());
  return [...ordered];
}

/** Waits for the jobs that must end first; says why the job cannot be performed after them. */
async function waitFor(
  job: PlannedJob,
  started: ReadonlyMap<string, Promise<JobEnd>>,
  ends: ReadonlyMap<string, JobEnd>,
): Promise<string | undefined> {
  for (const key of job.after) {
    const end = (await started.get(key)) ?? ends.get(key);
    if (!end || end.conclusion === 'success') continue;
    if (end.conclusion === 'failure') return `it needs ${key}, which failed`;
    return `it needs ${key}, which was ${end.conclusion}${end.reason === undefined ? '' : `: ${end.reason}`}`;
  }
  return undefined;
}
