import type { PlannedJob, Template } from './model.ts';
import { type Knowledge, missing, planValue } from './plan-scope.ts';

/** The inputs that a job gives to the pipeline it uses, and the contexts that go along; undefined if not known yet. */
export function evaluateWith(
  given: Readonly<Record<string, Template>>,
  cell: PlannedJob,
  knowledge: Knowledge,
):
  | {
      readonly values: Readonly<Record<string, unknown>>;
      readonly contexts: Readonly<Record<string, unknown>>;
    }
  | undefined {
  const { world } = knowledge;
  const host = cell.host ?? nameOf(knowledge.contexts['host']);
  const service = cell.service ?? nameOf(knowledge.contexts['service']);
  const passed = passedContexts(knowledge, cell, world.cellContexts?.({ host, service }));
  const own = { ...knowledge.contexts, ...passed, ...(cell.matrix && { matrix: cell.matrix }) };
  const inner: Knowledge = { world, contexts: own };
  const values: Record<string, unknown> = {};
  for (const [name, template] of Object.entries(given)) {
    if (missing(template, inner).length > 0) return undefined;
    values[name] = planValue(template, inner);
  }
  return { values, contexts: passed };
}

/**
 * The host and service of a job are those of the pipeline that it uses. Contexts that were those of the job above are
 * forgotten where this one has another host or service and nothing is known of it.
 */
function passedContexts(
  { contexts }: Knowledge,
  cell: PlannedJob,
  known: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> {
  const passed: Record<string, unknown> = {};
  if (cell.host === undefined && contexts['host'] !== undefined) passed['host'] = contexts['host'];
  if (cell.service === undefined && contexts['service'] !== undefined)
    passed['service'] = contexts['service'];
  return { ...passed, ...known };
}

function nameOf(context: unknown): string | undefined {
  if (typeof context !== 'object' || context === null || !('name' in context)) return undefined;
  return typeof context.name === 'string' ? context.name : undefined;
}
