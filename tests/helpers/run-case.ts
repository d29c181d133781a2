import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Action, builtinActions, describeAction } from '../../src/actions/index.ts';
import { throwOnErrors } from '../../src/lib/errors.ts';
import type { EventBody } from '../../src/lib/events.ts';
import { loadPipeline, type PlanningWorld, planJobs, planPipeline } from '../../src/pipeline/index.ts';
import {
  createEvaluator,
  createEventHub,
  createMasker,
  type HeldLocks,
  performRun,
  planRun,
  type RunEnd,
  type RunPorts,
  type RunRequest,
} from '../../src/runner/index.ts';
import { renderEvent } from './render-event.ts';
import { scaledClock } from './scaled-clock.ts';
import { type ScriptMemory, scriptedHost } from './scripted-host.ts';

/** A run as a test describes it; texts of files by their names, `main.yml` first. */
export type RunCase = {
  readonly pipeline: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly hosts?: readonly string[];
  readonly unreachable?: readonly string[];
  readonly services?: Readonly<Record<string, readonly string[]>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly approve?: boolean;
  /** Cancel, and kill, when an event is rendered as this line. */
  readonly cancel?: string;
  readonly kill?: string;
  readonly actions?: ReadonlyMap<string, Action>;
  readonly locks?: HeldLocks;
  readonly lockError?: Error;
  readonly lockHosts?: readonly string[];
  readonly maxHosts?: number;
};

export type CaseEnd = {
  readonly end: RunEnd;
  readonly events: readonly EventBody[];
  readonly lines: readonly string[];
  readonly memory: ScriptMemory;
};

/** Performs a case with scripted hosts on a fast clock. */
export async function performCase(given: RunCase): Promise<CaseEnd> {
  return withCase(given, async ({ request, ports, events, lines, memory }) => {
    const end = await performRun(request, ports);
    return { end, events, lines, memory };
  });
}

/** Plans a case. */
export function planCase(given: RunCase) {
  return withCase(given, ({ request, ports }) => planRun(request, ports));
}

type Stage = {
  readonly request: RunRequest;
  readonly ports: RunPorts;
  readonly events: EventBody[];
  readonly lines: string[];
  readonly memory: ScriptMemory;
};

async function withCase<T>(given: RunCase, body: (stage: Stage) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-case-'));
  try {
    return await body(stageOf(given, scratch));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function stageOf(given: RunCase, scratch: string): Stage {
  const clock = scaledClock();
  const masker = createMasker(Object.values(given.secrets ?? {}));
  const [cancel, kill] = [new AbortController(), new AbortController()];
  const events: EventBody[] = [];
  const lines: string[] = [];
  const memory: ScriptMemory = { counts: new Map(), running: 0, most: 0 };
  const receive = (event: EventBody) => {
    events.push(event);
    const line = renderEvent(event);
    if (line === undefined) return;
    lines.push(line);
    if (line === given.cancel) cancel.abort();
    if (line === given.kill) kill.abort();
  };
  const hub = createEventHub({ clock, masker, reporters: [{ receive, close: () => undefined }] });
  const world = worldOf(given);
  const actions = given.actions ?? builtinActions;
  const plan = planPipeline(readCase(given, actions), given.inputs ?? {}, world);
  const ports: RunPorts = {
    connect: async (host) =>
      scriptedHost({ host, clock, memory, unreachable: given.unreachable?.includes(host ?? '') ?? false }),
    actions,
    site: undefined,
    contextsFor: async (job) => contextsOf(job),
    planPipeline: (pipeline, { inputs, contexts }) =>
      planPipeline(pipeline, inputs, { ...world, contexts: { ...world.contexts, ...contexts } }),
    planJobs: (stage, scope) => planJobs(stage, scope, world),
    evaluate: createEvaluator(),
    clock,
    emit: hub.emit,
    scratch,
    workspace: scratch,
    env: { PATH: process.env['PATH'] ?? '' },
    ...(given.approve !== undefined && { approve: async () => given.approve === true }),
    ...((given.locks || given.lockError) && { locks: { acquire: async () => takeLocks(given) } }),
  };
  const request: RunRequest = {
    plan,
    runId: 'test',
    masker,
    contexts: { secrets: given.secrets ?? {}, vars: {}, globals: {} },
    signal: cancel.signal,
    kill: kill.signal,
    lockHosts: given.lockHosts ?? [],
    ...(given.maxHosts !== undefined && { maxHosts: given.maxHosts }),
  };
  return { request, ports, events, lines, memory };
}

function readCase(given: RunCase, actions: ReadonlyMap<string, Action>) {
  const files: Record<string, string> = { ...given.files, 'main.yml': given.pipeline };
  const { pipeline, problems } = loadPipeline({
    file: 'main.yml',
    readText: (file) => files[file],
    actions: new Map([...actions].map(([name, action]) => [name, describeAction(action)])),
  });
  throwOnErrors(problems);
  if (!pipeline) throw new Error('the case has no pipeline');
  return pipeline;
}

function takeLocks(given: RunCase): HeldLocks {
  if (given.lockError) throw given.lockError;
  return given.locks as HeldLocks;
}

function contextsOf({ host, service }: { host: string | undefined; service: string | undefined }) {
  return {
    ...(host !== undefined && { host: { name: host } }),
    ...(service !== undefined && { service: { name: service } }),
  };
}

function worldOf(given: RunCase): PlanningWorld {
  const hosts = given.hosts ?? [];
  return {
    hosts,
    selectHosts: (pattern) =>
      pattern === 'all' ? hosts : hosts.filter((host) => pattern.split(',').includes(host)),
    services: Object.entries(given.services ?? {}).map(([name, needs]) => ({ name, needs })),
    contexts: { vars: {}, globals: {} },
    cellContexts: ({ host, service }) => contextsOf({ host, service }),
  };
}
