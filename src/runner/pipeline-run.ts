import type { Conclusion } from '../lib/events.ts';
import type { PlannedStage } from '../pipeline/model.ts';
import { performStage, worst } from './stage.ts';
import type { Frame, PipelineEnd, StageEnd } from './state.ts';
import { eventError } from './step-error.ts';

/**
 * Performs the stages of a frame, each as soon as all that it needs have ended; `finally` stages after all the others,
 * whatever came of them.
 */
export async function performPipeline(frame: Frame): Promise<PipelineEnd> {
  const ends = new Map<string, StageEnd>();
  const planned = frame.plan.stages;
  await performGraph(
    frame,
    planned.filter((one) => !one.stage.finally),
    ends,
  );
  await performGraph(
    frame,
    planned.filter((one) => one.stage.finally),
    ends,
  );
  const conclusion = concludeAll([...ends.values()]);
  try {
    const bad = planned.find((one) => ends.get(one.stage.id)?.conclusion === 'failure');
    const reason = bad && `${frame.path}${bad.stage.id} failed`;
    return { conclusion, outputs: outputsOf(frame, ends), ...(reason !== undefined && { reason }) };
  } catch (error) {
    return { conclusion: 'failure', outputs: {}, reason: eventError(error).message };
  }
}

async function performGraph(
  frame: Frame,
  planned: readonly PlannedStage[],
  ends: Map<string, StageEnd>,
): Promise<void> {
  const byId = new Map(planned.map((one) => [one.stage.id, one]));
  const started = new Map<string, Promise<StageEnd>>();
  const start = (one: PlannedStage): Promise<StageEnd> => {
    const { id, needs } = one.stage;
    const known = started.get(id);
    if (known) return known;
    const waits = needs.map((need) => {
      const other = byId.get(need);
      return other ? start(other) : undefined;
    });
    const end = Promise.all(waits).then(async () => {
      const before = new Map(needs.flatMap((need) => entryOf(ends, need)));
      const result = await performStage(frame, one, { needs: before, all: new Map(ends) });
      ends.set(id, result);
      return result;
    });
    started.set(id, end);
    return end;
  };
  await Promise.all(planned.map(start));
}

function entryOf(ends: ReadonlyMap<string, StageEnd>, id: string): [string, StageEnd][] {
  const end = ends.get(id);
  return end ? [[id, end]] : [];
}

function concludeAll(ends: readonly StageEnd[]): Conclusion {
  const status = worst(ends.map((end) => end.conclusion));
  if (status !== 'skipped') return status;
  return ends.every((end) => end.conclusion === 'skipped') ? 'skipped' : 'success';
}

function outputsOf(frame: Frame, ends: ReadonlyMap<string, StageEnd>): Record<string, string> {
  const { evaluate } = frame.run.ports;
  const stages = Object.fromEntries(
    [...ends].map(([id, end]) => [id, { result: end.conclusion, outputs: end.outputs, hosts: end.hosts }]),
  );
  const contexts = { ...frame.contexts, stages, jobs: stages };
  return Object.fromEntries(
    Object.entries(frame.plan.pipeline.outputs).map(([name, template]) => [
      name,
      evaluate.text(template, { contexts, status: 'success' }),
    ]),
  );
}
