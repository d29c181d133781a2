import type { PlannedJob } from '../pipeline/model.ts';
import { batchesOf } from './batches.ts';
import { type Cell, performCell, skipCell } from './cell.ts';
import { branchHalt, HaltReason, shared } from './halt.ts';
import { createLimiter, type Limiter } from './limiter.ts';
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
  const index = new Map(jobs.map((job, i) => [job, i]));
  const scheduler = new CellScheduler(spread, (job) => cellOf(job, index.get(job) ?? 0));
  for (const batch of batches(jobs, spread.serial)) await scheduler.performBatch(batch);
  return scheduler.ends;
}

/** The jobs of one stage while they are performed. */
class CellScheduler {
  readonly ends = new Map<string, JobEnd>();
  private readonly spread: Spread;
  private readonly cellOf: (job: PlannedJob) => Cell;
  private readonly limiter: Limiter;
  private readonly stop = new AbortController();
  private readonly started = new Map<string, Promise<JobEnd>>();
  private failures = 0;

  constructor(spread: Spread, cellOf: (job: PlannedJob) => Cell) {
    this.spread = spread;
    this.cellOf = cellOf;
    this.limiter = createLimiter(spread.maxParallel);
    shared(this.stop.signal);
  }

  async performBatch(batch: readonly PlannedJob[]): Promise<void> {
    if (this.hasTooManyFailures()) {
      for (const job of batch) this.note(job, skipCell(this.cellOf(job), this.tooMany()));
      return;
    }
    await Promise.all(inOrder(batch).map((job) => this.start(job)));
  }

  private start(job: PlannedJob): Promise<JobEnd> {
    const end = this.perform(job);
    this.started.set(job.key, end);
    return end;
  }

  private async perform(job: PlannedJob): Promise<JobEnd> {
    const whole = this.cellOf(job);
    const halt = branchHalt(whole.halt);
    const cell: Cell = { ...whole, halt };
    const forget = listen(this.stop.signal, () => halt.stop(failFastReason));
    try {
      const held = await waitFor(job, this.started, this.ends);
      if (held !== undefined) return this.note(job, skipCell(cell, held));
      // Noted before the place is free, so that the job that gets it sees a failure.
      return await this.limiter.run(async () => this.note(job, await this.performNow(cell)));
    } finally {
      forget();
    }
  }

  private async performNow(cell: Cell): Promise<JobEnd> {
    if (this.stop.signal.aborted) return skipCell(cell, failFastReason.message);
    if (this.spread.stopsEarly && this.hasTooManyFailures()) return skipCell(cell, this.tooMany());
    return performCell(cell);
  }

  private note(job: PlannedJob, end: JobEnd): JobEnd {
    this.ends.set(job.key, end);
    if (end.conclusion === 'failure') {
      this.failures += 1;
      if (this.spread.failFast) this.stop.abort(failFastReason);
    }
    return end;
  }

  private hasTooManyFailures(): boolean {
    return this.failures > this.spread.allowed;
  }

  private tooMany(): string {
    return `${this.failures} failed before, and the stage bears ${this.spread.allowed}`;
  }
}

const failFastReason = new HaltReason('fail-fast', 'another job of the stage failed (fail-fast)');

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
