import { UserError } from '../lib/errors.ts';
import { expandMatrix, type MatrixRow, rowText } from './matrix.ts';
import type { PlannedJob, PlanningWorld, Stage, Template } from './model.ts';
import { type Knowledge, planValue, readsContext } from './plan-scope.ts';
import { selectServices } from './select-services.ts';

type Cell = { readonly host?: string; readonly service?: string; readonly row?: MatrixRow };

/** The jobs of a stage: hosts × services × matrix rows, services after those that they need. */
export function planCells(stage: Stage, knowledge: Knowledge): readonly PlannedJob[] {
  const { world } = knowledge;
  const services = stage.services ? planServices(stage.services, knowledge) : undefined;
  const rows = stage.matrix ? expandMatrix(planValue(stage.matrix, knowledge), stage.matrix.at) : undefined;
  const hostsFor = hostsByService(stage, knowledge);
  const cells: Cell[] = [];
  for (const service of services ?? [undefined]) {
    for (const host of hostsFor(service)) {
      for (const row of rows ?? [undefined]) {
        cells.push({
          ...(host !== undefined && { host }),
          ...(service !== undefined && { service }),
          ...(row && { row }),
        });
      }
    }
  }
  const keys = uniqueKeys(cells);
  const before = services ? neededServices(services, world) : new Map<string, ReadonlySet<string>>();
  const byService = new Map<string, string[]>();
  cells.forEach((cell, index) => {
    if (cell.service === undefined) return;
    byService.set(cell.service, [...(byService.get(cell.service) ?? []), keys[index] ?? '']);
  });
  return cells.map(({ row, ...cell }, index) => ({
    key: keys[index] ?? '',
    ...cell,
    ...(row && { matrix: row }),
    after: [...(before.get(cell.service ?? '') ?? [])].flatMap((service) => byService.get(service) ?? []),
  }));
}

/** The hosts of each service: the same for all, unless `hosts:` reads the service. */
function hostsByService(
  stage: Stage,
  knowledge: Knowledge,
): (service: string | undefined) => readonly (string | undefined)[] {
  const { hosts } = stage;
  if (!hosts) return () => [undefined];
  if (!readsContext(hosts, 'service')) {
    const same = planHosts(stage, hosts, knowledge);
    return () => same;
  }
  return (service) => {
    const known = service === undefined ? {} : knowledge.world.cellContexts?.({ service });
    return planHosts(stage, hosts, { ...knowledge, contexts: { ...knowledge.contexts, ...known } });
  };
}

function planHosts(stage: Stage, template: Template, knowledge: Knowledge): readonly string[] {
  const pattern = patternOf(template, 'hosts', knowledge);
  const hosts = pattern === '' ? [] : selectHosts(pattern, template, knowledge.world);
  const order = stage.order ? String(planValue(stage.order, knowledge)) : 'inventory';
  if (!['inventory', 'reverse'].includes(order)) {
    const hint = 'inventory or reverse';
    throw new UserError('E_PIPELINE_VALUE', `"order" came out as "${order}"`, { at: stage.order?.at, hint });
  }
  const ordered = order === 'reverse' ? [...hosts].reverse() : hosts;
  return stage.runOnce ? ordered.slice(0, 1) : ordered;
}

function selectHosts(pattern: string, { at }: Template, world: PlanningWorld): readonly string[] {
  try {
    return world.selectHosts(pattern);
  } catch (error) {
    if (!(error instanceof UserError) || error.at) throw error;
    throw new UserError(error.code, error.message, { at, hint: error.hint, cause: error });
  }
}

function planServices(template: Template, knowledge: Knowledge): readonly string[] {
  return selectServices(patternOf(template, 'services', knowledge), knowledge.world.services, template.at);
}

/** A pattern as text; a list of names is one of them joined. */
function patternOf(template: Template, key: string, knowledge: Knowledge): string {
  const value = planValue(template, knowledge);
  const items = Array.isArray(value) ? value : [value];
  if (items.every((item) => typeof item === 'string' || typeof item === 'number')) return items.join(',');
  if (value === null) return '';
  const message = `"${key}" came out as ${JSON.stringify(value)?.slice(0, 60)}, not as a pattern or a list of names`;
  throw new UserError('E_PIPELINE_VALUE', message, { at: template.at });
}

/** For each selected service those selected ones that it needs, also through services that are not selected. */
function neededServices(
  selected: readonly string[],
  { services }: PlanningWorld,
): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map(services.map((service) => [service.name, service]));
  const chosen = new Set(selected);
  const nearest = (name: string, found: Set<string>, seen: Set<string>): Set<string> => {
    for (const need of byName.get(name)?.needs ?? []) {
      if (seen.has(need)) continue;
      seen.add(need);
      if (chosen.has(need)) found.add(need);
      else nearest(need, found, seen);
    }
    return found;
  };
  return new Map(selected.map((name) => [name, nearest(name, new Set(), new Set([name]))]));
}

function uniqueKeys(cells: readonly Cell[]): readonly string[] {
  const seen = new Map<string, number>();
  return cells.map(({ host, service, row }) => {
    const key = [host, service, row && rowText(row)]
      .filter((part) => part !== undefined && part !== '')
      .join(',');
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count === 1 ? key : `${key}#${count}`;
  });
}
