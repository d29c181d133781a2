import { join, relative } from 'node:path';
import { problemOf, type UserError } from '../lib/errors.ts';
import type { Reporter } from '../lib/events.ts';
import {
  applyEvent,
  newRunModel,
  type RunModel,
  renderJunit,
  renderMarkdown,
  summarizeRun,
} from '../report/index.ts';
import {
  createEventHub,
  createRunRecord,
  describePlan,
  nodeRecordFiles,
  performRun,
  type RunRecord,
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
  const { plan, masker } = session;
  refuseEmpty(plan, choiceOf(args));
  const model = newRunModel();
  const record = recordOf(session, model, (error) => {
    hub.emit({ type: 'run.note', problem: { ...problemOf(error), severity: 'warning' } });
  });
  const follow: Reporter = { receive: (event) => applyEvent(model, event), close: () => undefined };
  const hub = createEventHub({
    clock: context.clock,
    masker,
    reporters: [follow, record.reporter, ...context.reporters],
    onBroken: (error) =>
      context.note(`a report stopped: ${error instanceof Error ? error.message : String(error)}`),
  });
  record.write('plan.json', masker.mask(`${JSON.stringify(describePlan(plan), undefined, 2)}\n`));
  for (const problem of session.notes) hub.emit({ type: 'run.note', problem });
  const maxHosts = args.count('max-hosts', 1);
  const request = session.request({
    directory: relative(context.cwd, record.directory) || record.directory,
    again: againOf(args),
    ...(maxHosts !== undefined && { maxHosts }),
  });
  try {
    const end = await performRun(request, session.ports({ emit: hub.emit }));
    return { exitCode: end.exitCode, data: summarizeRun(model) };
  } finally {
    await hub.close();
  }
}

function recordOf(session: RunSession, model: RunModel, onTrouble: (error: UserError) => void): RunRecord {
  return createRunRecord({
    directory: join(session.base, '.slipway', 'runs', session.runId),
    files: nodeRecordFiles(),
    endings: {
      'summary.md': () => renderMarkdown(model),
      'summary.json': () => `${JSON.stringify(summarizeRun(model), undefined, 2)}\n`,
      'junit.xml': () => renderJunit(model, []),
    },
    onTrouble,
  });
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
