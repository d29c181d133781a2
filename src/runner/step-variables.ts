import type { Attempt } from './attempt.ts';

/** The variables that every `run` step gets: ours, and GitHub's where they mean the same. */
export function stepVariables({ holder }: Attempt, host: string | undefined): Record<string, string> {
  const { job, actionDirectory } = holder;
  const { runId, ports } = job.run;
  return {
    SLIPWAY: 'true',
    SLIPWAY_RUN_ID: runId,
    SLIPWAY_STAGE: job.ref.stage,
    SLIPWAY_JOB: job.ref.job,
    ...(host !== undefined && { SLIPWAY_HOST: host }),
    ...(job.ref.service !== undefined && { SLIPWAY_SERVICE: job.ref.service }),
    ...(ports.site && { SLIPWAY_SITE: ports.site.directory }),
    GITHUB_ACTIONS: 'true',
    GITHUB_RUN_ID: runId,
    GITHUB_JOB: job.ref.stage,
    GITHUB_WORKSPACE: ports.workspace,
    ...(actionDirectory !== undefined && {
      SLIPWAY_ACTION_PATH: actionDirectory,
      GITHUB_ACTION_PATH: actionDirectory,
    }),
    ...(ports.variables ?? {}),
  };
}
