/** Work with an order: `needs` are ids of tasks that must have succeeded. `weight` is how long it may take, in any unit. */
export type Task = { readonly id: string; readonly needs: readonly string[]; readonly weight: number };

/** How a task ended; what a task gives is kept by who runs it. */
export type TaskEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed' }
  /** `because` is the failed task at the root of it. */
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'cancelled' };

export type ScheduleOptions = {
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Performs a task; `failed` where it could not. It must end soon once the signal is aborted. */
  readonly perform: (id: string) => Promise<'done' | 'failed'>;
  readonly ended: (id: string, end: TaskEnd) => void;
};

/**
 * Runs tasks, at most `jobs` at a time, those first that the longest way to the end hangs on. What needs a failed task
 * is skipped, the rest goes on. After the signal nothing is begun.
 */
export async function runSchedule(tasks: readonly Task[], options: ScheduleOptions): Promise<void> {
  const lengths = pathLengths(tasks);
  const waiting = [...tasks].sort((a, b) => (lengths.get(b.id) ?? 0) - (lengths.get(a.id) ?? 0));
  const ends = new Map<string, TaskEnd>();
  const running = new Map<string, Promise<void>>();
  const end = (id: string, how: TaskEnd) => {
    ends.set(id, how);
    options.ended(id, how);
  };
  const start = (task: Task) => {
    const work = options
      .perform(task.id)
      .then((result) =>
        end(task.id, { kind: options.signal.aborted && result === 'failed' ? 'cancelled' : result }),
      );
    running.set(
      task.id,
      work.finally(() => running.delete(task.id)),
    );
  };
  for (;;) {
    settle(waiting, ends, options.signal, end);
    const ready = waiting.filter((task) => task.needs.every((need) => ends.get(need)?.kind === 'done'));
    for (const task of ready.slice(0, Math.max(0, options.jobs - running.size))) {
      waiting.splice(waiting.indexOf(task), 1);
      start(task);
    }
    if (running.size === 0 && waiting.length === 0) return;
    await Promise.race(running.values());
  }
}

/** Ends what will not be begun: everything after the signal, and what needs a task that did not succeed. */
function settle(
  waiting: Task[],
  ends: ReadonlyMap<string, TaskEnd>,
  signal: AbortSignal,
  end: (id: string, how: TaskEnd) => void,
): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const task of [...waiting]) {
      const broken = task.needs
        .map((need) => ({ need, end: ends.get(need) }))
        .find((one) => isBroken(one.end));
      if (!broken && !signal.aborted) continue;
      waiting.splice(waiting.indexOf(task), 1);
      changed = true;
      if (broken?.end?.kind === 'failed') end(task.id, { kind: 'skipped', because: broken.need });
      else if (broken?.end?.kind === 'skipped') end(task.id, broken.end);
      else end(task.id, { kind: 'cancelled' });
    }
  }
}

function isBroken(end: TaskEnd | undefined): boolean {
  return end !== undefined && end.kind !== 'done';
}

/** For each task the weight of the heaviest way from it to the end. */
export function pathLengths(tasks: readonly Task[]): Map<string, number> {
  const children = new Map<string, Task[]>();
  for (const task of tasks) {
    for (const need of task.needs) children.set(need, [...(children.get(need) ?? []), task]);
  }
  const lengths = new Map<string, number>();
  const lengthOf = (task: Task): number => {
    const known = lengths.get(task.id);
    if (known !== undefined) return known;
    const below = (children.get(task.id) ?? []).map(lengthOf);
    const length = task.weight + Math.max(0, ...below);
    lengths.set(task.id, length);
    return length;
  };
  for (const task of tasks) lengthOf(task);
  return lengths;
}
