import { count, formatDuration, jobLabel, jobPlace } from './format.ts';
import { failedSteps, type RunModel, type StageModel } from './run-model.ts';

/** The summary of a run as data: `summary.json` of its record, and what `slipway run --json` prints. */
export function summarizeRun(model: RunModel): unknown {
  return {
    runId: model.runId,
    pipeline: model.pipeline,
    site: model.site ?? null,
    startedAt: new Date(model.startedAt).toISOString(),
    conclusion: model.end?.conclusion ?? null,
    exitCode: model.end?.exitCode ?? null,
    durationMs: model.end?.durationMs ?? null,
    changed: model.end?.changed ?? model.changes.length,
    changes: model.changes.map(({ diff: _diff, ...change }) => change),
    stages: [...model.stages.values()].map((stage) => ({
      stage: stage.stage,
      conclusion: stage.state,
      reason: stage.reason ?? null,
      durationMs: stage.durationMs,
      jobs: [...stage.jobs.values()].map((job) => ({
        ...job.ref,
        conclusion: job.state,
        outcome: job.outcome ?? null,
        reason: job.reason ?? null,
        unreachable: job.unreachable,
        durationMs: job.durationMs,
      })),
    })),
    failures: failedSteps(model).map(({ job, step }) => ({
      ...job.ref,
      step: step.name,
      error: step.error ?? null,
    })),
  };
}

/** The summary of a run as Markdown, for pull requests and job pages. */
export function renderMarkdown(model: RunModel): string {
  const { end } = model;
  const words = {
    success: 'succeeded',
    failure: 'failed',
    cancelled: 'was cancelled',
    skipped: 'did nothing',
  };
  const outcome = end ? words[end.conclusion] : 'has not ended';
  const lines = [`# ${model.pipeline} ${outcome}`, ''];
  if (end)
    lines.push(
      `${formatDuration(end.durationMs)}, ${count(end.changed, 'change')}, exit code ${end.exitCode}, run ${model.runId}.`,
      '',
    );
  lines.push('| stage | result | jobs | time | |', '| --- | --- | --- | --- | --- |');
  for (const stage of model.stages.values()) lines.push(stageRow(stage));
  lines.push(...failureLines(model), ...changeLines(model));
  for (const one of model.summaries)
    lines.push('', `## ${jobLabel(one.job)}: ${one.step}`, '', one.text.trimEnd());
  return `${lines.join('\n')}\n`;
}

function stageRow(stage: StageModel): string {
  const jobs = [...stage.jobs.values()];
  const ok = jobs.filter((job) => job.state === 'success').length;
  const bad = jobs.filter((job) => job.state === 'failure').map((job) => jobPlace(job.ref) || job.ref.job);
  const note = bad.length > 0 ? `failed: ${bad.join(', ')}` : (stage.reason ?? '');
  const cells = [stage.stage, stage.state, `${ok}/${jobs.length}`, formatDuration(stage.durationMs), note];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function failureLines(model: RunModel): string[] {
  return failedSteps(model).flatMap(({ job, step }) => {
    const error = step.error?.message ?? 'no reason given';
    const fence = '`'.repeat(Math.max(3, longestTicks(step.tail) + 1));
    const log = step.tail.length === 0 ? [] : ['', fence, ...step.tail.slice(-40), fence];
    const hint = step.error?.hint === undefined ? [] : ['', `Hint: ${step.error.hint}`];
    return ['', `## Failed: ${jobLabel(job.ref)}: ${step.name}`, '', error, ...hint, ...log];
  });
}

function longestTicks(lines: readonly string[]): number {
  return Math.max(0, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((ticks) => ticks.length)));
}

function changeLines(model: RunModel): string[] {
  if (model.changes.length === 0) return [];
  const rows = model.changes.map((change) => {
    const cells = [change.host, change.target, change.kind, change.reasons.join('; ')];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return ['', '## Changes', '', '| host | what | how | why |', '| --- | --- | --- | --- |', ...rows];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
