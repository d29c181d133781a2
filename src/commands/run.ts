import { join, relative } from 'node:path';
import { problemOf } from '../lib/errors.ts';
import { applyEvent, newRunModel, renderJunit, renderMarkdown, summarizeRun } from '../report/index.ts';
import {
  createEventHub,
  createRunRecord,
  describePlan,
  nodeRecordFiles,
  performRun,
  refuseEmpty,
} from '../runner/index.ts';
import { type Command, type CommandArguments, type CommandContext, jsonOption } from './context.ts';
import { prepareRun, type RunSession, runOptions } from './run-session.ts';

/** `slipway run`: performs a pipeline and leaves a record of it. */
export const runCommand: Command = {
  arguments: [{ name: 'PIPELINE', summary: 'a name such as deploy, or a file', required: true }],
  options: [
    ...runOptions,
    { name: 'max-hosts', value: 'N', summary: 'jobs at a time (default: 32)' },
    jsonOption,
  ],
  examples: [
    { command: 'slipway run deploy', does: 'deploys every service of the site in the current directory' },
    { command: 'slipway run deploy --services keystone', does: 'deploys one service' },
    { command: 'slipway run deploy --host control1', does: 'touches one host only' },
    { command: 'slipway run ./release.yml --input tag=1.10', does: 'runs a pipeline of your own' },
  ],
  run: async (args, context) => {
    const session = await prepareRun(args, context);
    try {
      return await perform(session, args, context);
    } finally {
      session.close();
    }
  },
};

async function perform(session: RunSession, args: CommandArguments, context: CommandContext) {
  const { plan, runId, masker } = session;
  refuseEmpty(plan, choiceOf(args));
  const model = newRunModel();
  const directory = join(session.base, '.slipway', 'runs', runId);
  const record = createRunRecord({
    directory,
    files: nodeRecordFiles(),
    endings: {
      'summary.md': () => renderMarkdown(model),
      'summary.json': () => `${JSON.stringify(summarizeRun(model), undefined, 2)}\n`,
      'junit.xml': () => renderJunit(model, []),
    },
    onTrouble: (error) =>
      hub.emit({ type: 'run.note', problem: { ...problemOf(error), severity: 'warning' } }),
  });
  const follow = {
    receive: (event: Parameters<typeof applyEvent>[1]) => applyEvent(model, event),
    close: () => {},
  };
  const hub = createEventHub({
    clock: context.clock,
    masker,
    reporters: [follow, record.reporter, ...context.reporters],
    onBroken: (error) =>
      context.note(`a report stopped: ${error instanceof Error ? error.message : String(error)}`),
  });
  record.write('plan.json', masker.mask(`${JSON.stringify(describePlan(plan), undefined, 2)}\n`));
  for (const problem of session.notes) hub.emit({ type: 'run.note', problem });
  try {
    const maxHosts = args.count('max-hosts', 1);
    const end = await performRun(
      session.request({
        directory: relative(context.cwd, directory) || directory,
        again: againOf(args),
        ...(maxHosts !== undefined && { maxHosts }),
      }),
      session.ports({ emit: hub.emit }),
    );
    return { exitCode: end.exitCode, data: summarizeRun(model) };
  } finally {
    await hub.close();
  }
}

/** What chose the jobs, for the message that there are none. */
function choiceOf(args: CommandArguments): string {
  const parts = [
    ...['host', 'services'].flatMap((name) =>
      args.text(name) === undefined ? [] : [`--${name} ${args.text(name)}`],
    ),
    ...args.all('input').map((one) => `--input ${one}`),
  ];
  return parts.length === 0 ? 'its own choice of hosts and services' : parts.join(' ');
}

/** The command that was typed, as it can be typed again; `--set` and `--input` values may be secrets and are left out. */
function againOf(args: CommandArguments): string {
  const words = ['slipway', 'run', ...args.positionals];
  for (const name of ['site', 'services', 'host']) {
    const value = args.text(name);
    if (value !== undefined) words.push(`--${name}`, /^[\w./:@,-]+$/.test(value) ? value : `'${value}'`);
  }
  for (const name of ['input', 'set'])
    for (const one of args.all(name)) words.push(`--${name} ${one.split('=')[0]}=…`);
  return words.join(' ');
}
