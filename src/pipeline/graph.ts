import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';

/** A node of the graph of stages, with the place of each name in its `needs`. */
export type NeedsNode = {
  readonly id: string;
  readonly finally: boolean;
  readonly needs: readonly { readonly name: string; readonly at: SourcePosition }[];
};

/** Names that do not exist, that come only at the end, and cycles, each told of once. */
export function checkNeeds(nodes: readonly NeedsNode[]): readonly Problem[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found: Problem[] = [];
  for (const node of nodes) {
    for (const need of node.needs) {
      const other = byId.get(need.name);
      if (!other) {
        const ids = nodes.map((one) => one.id).filter((id) => id !== node.id);
        const message = `stage "${node.id}" needs "${need.name}", which does not exist`;
        found.push(problem('E_PIPELINE_NEEDS', message, { at: need.at, hint: didYouMean(need.name, ids) }));
      } else if (other.finally && !node.finally) {
        const message = `stage "${node.id}" needs "${need.name}", which is performed after all others (finally)`;
        found.push(problem('E_PIPELINE_NEEDS', message, { at: need.at }));
      }
    }
  }
  return [...found, ...findCycles(nodes, byId)];
}

/** Ids in an order in which each comes after all that it needs, else in the order of the file. Cycles are cut. */
export function orderByNeeds(
  nodes: readonly { readonly id: string; readonly needs: readonly string[] }[],
): readonly string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ordered = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string) => {
    const node = byId.get(id);
    if (!node || ordered.has(id) || open.has(id)) return;
    open.add(id);
    node.needs.forEach(visit);
    open.delete(id);
    ordered.add(id);
  };
  for (const node of nodes) visit(node.id);
  return [...ordered];
}

/** Everything that a stage needs, directly and through others. */
export function allNeeds(
  id: string,
  nodes: readonly { readonly id: string; readonly needs: readonly string[] }[],
): ReadonlySet<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Set<string>();
  const todo = [...(byId.get(id)?.needs ?? [])];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    todo.push(...(byId.get(next)?.needs ?? []));
  }
  return found;
}

function findCycles(nodes: readonly NeedsNode[], byId: ReadonlyMap<string, NeedsNode>): readonly Problem[] {
  const found: Problem[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: NeedsNode) => {
    path.push(node.id);
    for (const need of node.needs) {
      const start = path.indexOf(need.name);
      const other = byId.get(need.name);
      if (start !== -1) found.push(cycleProblem(path.slice(start), need));
      else if (other && !done.has(need.name)) visit(other);
    }
    path.pop();
    done.add(node.id);
  };
  for (const node of nodes) if (!done.has(node.id)) visit(node);
  return found;
}

/** `cycle` begins with the stage that `need` names and ends with the one that has it in its `needs`. */
function cycleProblem(cycle: readonly string[], need: NeedsNode['needs'][number]): Problem {
  const last = cycle.at(-1) ?? need.name;
  const between = cycle.slice(0, -1).map((id) => `"${id}"`);
  const through = between.length === 0 ? '' : ` through ${between.join(', ')}`;
  return problem('E_PIPELINE_CYCLE', `stage "${last}" needs itself${through}`, {
    at: need.at,
    hint: `remove "${need.name}" from ${last}.needs, or split the stage`,
  });
}
