import type { StageOutline } from '../lib/events.ts';
import type { RunPlan } from '../pipeline/model.ts';

/** The stages of a plan for reports, those of nested pipelines under their job's path. */
export function outlineStages(plan: RunPlan, path = ''): readonly StageOutline[] {
  return plan.stages.flatMap(({ stage, title, jobs }) => {
    const own = {
      stage: `${path}${stage.id}`,
      name: title,
      needs: stage.needs.map((need) => `${path}${need}`),
    };
    const known = 'known' in jobs ? jobs.known : [];
    const inner = known.flatMap((job) =>
      job.inner ? outlineStages(job.inner, `${own.stage}${job.key === '' ? '' : `/${job.key}`}/`) : [],
    );
    return [own, ...inner];
  });
}
