import type { PlannedJob, RunPlan } from '../pipeline/model.ts';

/** A plan as the record keeps it: stages and jobs by name, what each uses, and what is planned later. */
export function describePlan(plan: RunPlan): unknown {
  return {
    pipeline: plan.pipeline.name,
    file: plan.pipeline.file,
    inputs: plan.inputs,
    stages: plan.stages.map(({ stage, title, jobs }) => ({
      stage: stage.id,
      title,
      needs: stage.needs,
      ...(stage.if && { if: stage.if.text.trim() }),
      ...(stage.finally && { finally: true }),
      ...(stage.body.kind === 'pipeline' && { uses: stage.body.uses }),
      ...('known' in jobs ? { jobs: jobs.known.map(describeJob) } : { after: jobs.after }),
    })),
  };
}

function describeJob(job: PlannedJob): unknown {
  const { inner, after, ...own } = job;
  return {
    ...own,
    ...(after.length > 0 && { after }),
    ...(inner && { plan: describePlan(inner) }),
  };
}
