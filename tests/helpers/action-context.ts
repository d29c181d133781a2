import type { ActionContext } from '../../src/actions/index.ts';
import { builtinActions, provideDeployment } from '../../src/actions/index.ts';
import type { Change } from '../../src/lib/change.ts';
import type { HostConnection } from '../../src/lib/ports.ts';
import { createResources } from '../../src/runner/index.ts';
import { readInputs } from '../../src/runner/step-action.ts';
import { servicePlanner } from '../../src/services/index.ts';
import { type FakeEngine, type FakeProgram, fakeEngine } from './fake-engine.ts';
import { manualClock } from './manual-clock.ts';
import { readerOf, type SiteDraft, serviceWorld } from './service-site.ts';

/** Answers commands of a host: what they print; undefined is a command that fails. */
export type HostAnswers = (argv: readonly string[]) => string | undefined;

/** A deployment of a draft over an engine in memory. */
export type ActionWorld = {
  readonly engine: FakeEngine;
  readonly said: string[];
  readonly applied: Change[];
  /** Forgets facts and rendered services, as a new run does; another draft is the site after an edit. */
  readonly startRun: (draft?: SiteDraft) => Promise<void>;
  readonly plan: (name: string, given?: Given) => Promise<{ changes: readonly Change[]; because: string }>;
  readonly perform: (name: string, given?: Given) => ReturnType<NonNullable<Action>['apply']>;
};

type Given = { readonly service?: string; readonly with?: Readonly<Record<string, unknown>> };
type Action = ReturnType<typeof builtinActions.get>;

/** One-shots and probes end well; a probe says no until its one-shot has run. */
export function programs(images: readonly string[]): Record<string, FakeProgram> {
  const done = new Set<string>();
  const exitCode: FakeProgram['exitCode'] = ({ name }) => {
    const base = name.replace(/\.(probe|check)$/, '');
    if (name.endsWith('.check')) return 0;
    if (name.endsWith('.probe')) return done.has(base) ? 0 : 1;
    if (!/-(bootstrap|database|db-sync)$/.test(base)) return undefined;
    done.add(base);
    return 0;
  };
  return Object.fromEntries(images.map((image) => [`slipway/${image}:trixie`, { exitCode }]));
}

/** Opens a world with the host `aio`. */
export async function actionWorld(
  options: {
    readonly draft?: SiteDraft;
    readonly images?: readonly string[];
    readonly answers?: HostAnswers;
    /** Stands for the run's lock: called before each change with what was applied so far. */
    readonly guard?: (applied: readonly Change[]) => void;
  } = {},
): Promise<ActionWorld> {
  const images = options.images ?? ['haproxy', 'keepalived', 'mariadb-server', 'memcached', 'keystone'];
  const clock = manualClock();
  const engine = fakeEngine({ clock, host: 'aio', images: programs(images) });
  const said: string[] = [];
  const applied: Change[] = [];
  let context: ActionContext;
  const startRun = async (draft: SiteDraft = options.draft ?? {}) => {
    const shared = createResources();
    const world = await serviceWorld(draft);
    provideDeployment(shared, { world, planOf: servicePlanner(world, readerOf(draft)) });
    await shared.get('engine:aio', async () => engine);
    context = {
      site: world.site,
      host: 'aio',
      service: undefined,
      workingDirectory: '/nowhere',
      env: {},
      connect: async () => connectionOf(options.answers ?? (() => '')),
      shared,
      clock,
      signal: new AbortController().signal,
      output: (_stream, text) => said.push(text.trimEnd()),
      progress: () => undefined,
      guard: async () => options.guard?.(applied),
      applied: (change) => applied.push(change),
      mask: () => undefined,
    };
  };
  await startRun();
  const ready = (name: string, given: Given) => {
    const action = builtinActions.get(name);
    if (!action) throw new Error(name);
    const at = () => ({ file: 'p.yml', line: 1, column: 1 });
    const inputs = readInputs(action, given.with ?? {}, at);
    return { action, inputs, own: { ...context, service: given.service } };
  };
  return {
    engine,
    said,
    applied,
    startRun,
    plan: async (name, given = {}) => {
      const { action, inputs, own } = ready(name, given);
      return action.plan(own, inputs);
    },
    perform: async (name, given = {}) => {
      const { action, inputs, own } = ready(name, given);
      return action.apply(own, await action.plan(own, inputs));
    },
  };
}

function connectionOf(answers: HostAnswers): HostConnection {
  return {
    host: 'aio',
    exec: async ({ argv, output }) => {
      const text = answers(argv);
      if (text === undefined) return { exitCode: 1, ended: 'exited' };
      await output?.('stdout', Buffer.from(text));
      return { exitCode: 0, ended: 'exited' };
    },
    engine: async () => ({ kind: 'socket', path: '/nowhere' }),
    close: async () => undefined,
  };
}
