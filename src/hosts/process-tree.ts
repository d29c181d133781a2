import { readdirSync, readFileSync } from 'node:fs';
import { kill } from 'node:process';

/** The variable that marks every process of a command, also those that left its group. */
export const treeMark = 'SLIPWAY_COMMAND';

export type ProcessTree = { readonly pid: number; readonly mark: string };

/**
 * Sends a signal to a command's process group and to all its descendants: those that left the group are found in
 * `/proc`, by their parents and by the mark in their environment. Without `/proc` only the group is reached.
 */
export function killTree(tree: ProcessTree, signal: 'SIGTERM' | 'SIGKILL'): void {
  const strays = findStrays(tree);
  send(-tree.pid, signal);
  for (const pid of strays) send(pid, signal);
}

/** True while any process of the command lives beside its leader. */
export function isTreeAlive(tree: ProcessTree): boolean {
  return listProcesses().some((name) => hasMark(Number(name), tree.mark));
}

function findStrays(tree: ProcessTree): number[] {
  const parents = readParents();
  const found = new Set<number>([tree.pid]);
  for (const pid of parents.keys()) if (hasMark(pid, tree.mark)) found.add(pid);
  let grew = true;
  while (grew) {
    grew = false;
    for (const [pid, parent] of parents) {
      if (found.has(pid) || !found.has(parent)) continue;
      found.add(pid);
      grew = true;
    }
  }
  found.delete(tree.pid);
  return [...found];
}

/** Source: proc(5), `/proc/PID/stat`: the name stands in parentheses, the parent is the second field after it. */
function readParents(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of listProcesses()) {
    const stat = readOrNothing(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const parent = Number(fields[1]);
    if (Number.isInteger(parent)) parents.set(Number(name), parent);
  }
  return parents;
}

function hasMark(pid: number, mark: string): boolean {
  return readOrNothing(`/proc/${pid}/environ`).includes(`${treeMark}=${mark}\0`);
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
