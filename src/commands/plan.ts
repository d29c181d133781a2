import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { type PlanReport, planRun } from '../runner/index.ts';
import { type Command, type CommandArguments, type CommandContext, jsonOption } from './context.ts';
import { renderPlanText } from './plan-text.ts';
import { prepareRun, type RunSession, runOptions } from './run-session.ts';

/** The exit code of a plan that is not empty. */
const driftExitCode = 3;

/** `slipway plan`: what a run would change and why; changes nothing and takes no lock. */
export const planCommand: Command = {
  arguments: [{ name: 'PIPELINE', summary: 'a name such as deploy, or a file', required: true }],
  options: [
    ...runOptions,
    { name: 'out', value: 'FILE', summary: 'also write the plan as JSON to FILE' },
    { name: 'all', summary: 'show also what would not change, and why' },
    jsonOption,
  ],
  examples: [
    { command: 'slipway plan deploy', does: 'shows what a deployment would change; exit code 3 if it would' },
    { command: 'slipway plan deploy --all', does: 'shows also why the rest would stay' },
    { command: 'slipway plan deploy --out plan.json', does: 'keeps the plan as a file' },
  ],
  run: async (args, context) => {
    const session = await prepareRun(args, context);
    try {
      return await plan(session, args, context);
    } finally {
      session.close();
    }
  },
};

async function plan(session: RunSession, args: CommandArguments, context: CommandContext) {
  const report = await planRun(session.request({}), session.ports({ emit: () => undefined }));
  const { masker } = session;
  const json = masker.mask(JSON.stringify(report, undefined, 2));
  const out = args.text('out');
  if (out !== undefined) writePlan(resolve(context.cwd, out), json);
  const text = masker.mask(renderPlanText(report, { verbose: args.flag('all') }));
  return { exitCode: exitCodeOf(report), data: JSON.parse(json) as unknown, text };
}

function exitCodeOf(report: PlanReport): number {
  if (report.unreachable.length > 0) return 4;
  const failed = report.stages.some(
    (stage) =>
      stage.error ||
      stage.jobs.some((job) => job.error || job.steps.some(({ forecast }) => forecast.kind === 'error')),
  );
  if (failed) return 1;
  return report.drift ? driftExitCode : 0;
}

function writePlan(file: string, json: string): void {
  try {
    writeFileSync(file, `${json}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new UserError('E_FILE_UNWRITABLE', `${file} can't be written`, { cause });
  }
}
