import type { ExpressionFunction } from '../expressions/index.ts';
import type { SourcePosition } from '../lib/position.ts';
import type { YamlNode } from '../lib/yaml.ts';

/**
 * A value that may hold `${{ }}`, as written and with its place; it has been compiled once without problems, and the
 * names in it were checked. `text` is what the user wrote (a list joined by `,`), for messages; evaluate `node`, which
 * carries maps and lists (`matrix`, `with`) whose leaves may be templates too. A condition (`if`, `until`, `changes`)
 * may stand with or without `${{ }}`: evaluate it with `compileCondition`.
 */
export type Template = { readonly text: string; readonly at: SourcePosition; readonly node: YamlNode };

/** What a pipeline takes (`on.workflow_dispatch.inputs`, `on.workflow_call.inputs`). */
export type InputDeclaration = {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'choice' | 'environment';
  readonly description?: string;
  readonly required: boolean;
  readonly default?: string | number | boolean;
  readonly options?: readonly string[];
  readonly at: SourcePosition;
};

/** A pipeline file, read and validated, defaults filled, the files it uses loaded. */
export type Pipeline = {
  readonly file: string;
  readonly name: string;
  readonly runName?: Template;
  /** `workflow` when it says `jobs:`: GitHub's meanings hold. */
  readonly kind: 'pipeline' | 'workflow';
  readonly inputs: readonly InputDeclaration[];
  readonly secrets: readonly { readonly name: string; readonly required: boolean }[];
  /** How it may be started: by `slipway run`, by a stage that uses it, or (a file without either) both. */
  readonly startedBy: readonly ('dispatch' | 'call')[];
  readonly outputs: Readonly<Record<string, Template>>;
  readonly env: Readonly<Record<string, Template>>;
  readonly defaults: RunDefaults;
  readonly concurrency?: Concurrency;
  /** In the order of the file. */
  readonly stages: readonly Stage[];
};

/** One run at a time of a group. A waiting run gives way to a newer one (`single`), or all wait in order (`max`). */
export type Concurrency = {
  readonly group: Template;
  readonly cancelInProgress?: Template;
  readonly queue: 'single' | 'max';
};

export type RunDefaults = { readonly shell?: string; readonly workingDirectory?: Template };

/** A stage: GitHub's job with the axes `hosts` and `services` beside `matrix`. */
export type Stage = {
  readonly id: string;
  readonly at: SourcePosition;
  readonly name?: Template;
  /** Ids of stages of the same pipeline: they exist, are no `finally` ones (unless this is) and form no cycle. */
  readonly needs: readonly string[];
  readonly if?: Template;
  /** A host pattern; absent is the control machine. */
  readonly hosts?: Template;
  /** A service pattern or list. */
  readonly services?: Template;
  readonly matrix?: Template;
  readonly maxParallel?: Template;
  /** `undefined`: true for a matrix, false on the hosts axis. */
  readonly failFast?: Template;
  /** A number, or a percentage as text. */
  readonly maxFailures?: Template;
  readonly serial?: Template;
  readonly order?: Template;
  readonly runOnce: boolean;
  readonly finally: boolean;
  readonly approval?: Template;
  readonly timeoutMinutes?: Template;
  readonly continueOnError?: Template;
  readonly env: Readonly<Record<string, Template>>;
  readonly defaults: RunDefaults;
  readonly outputs: Readonly<Record<string, Template>>;
  readonly body: StageBody;
};

export type StageBody =
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  | {
      readonly kind: 'pipeline';
      readonly pipeline: Pipeline;
      readonly uses: string;
      readonly with: Readonly<Record<string, Template>>;
      readonly secrets: 'inherit' | Readonly<Record<string, Template>>;
    };

export type Step = {
  /** The id, or the 1-based number as text where it has none. */
  readonly id: string;
  readonly hasId: boolean;
  readonly at: SourcePosition;
  readonly name?: Template;
  readonly if?: Template;
  readonly env: Readonly<Record<string, Template>>;
  readonly timeoutMinutes?: Template;
  readonly continueOnError?: Template;
  readonly retry?: StepRetry;
  /** The host that performs it in place of the job's own. */
  readonly delegate?: Template;
  readonly body: StepBody;
};

export type StepRetry = {
  readonly attempts: number;
  readonly delaySeconds: number;
  readonly backoff: number;
  readonly until?: Template;
};

export type StepBody =
  | {
      readonly kind: 'run';
      readonly script: Template;
      readonly shell?: string;
      readonly workingDirectory?: Template;
      /** A condition that says whether the script changed anything; absent: effect unknown. */
      readonly changes?: Template;
    }
  | { readonly kind: 'action'; readonly action: string; readonly with: Readonly<Record<string, Template>> }
  | {
      readonly kind: 'composite';
      readonly action: CompositeAction;
      readonly with: Readonly<Record<string, Template>>;
    };

/** `uses: ./path`: an `action.yml` with `runs.using: composite`. */
export type CompositeAction = {
  readonly file: string;
  readonly directory: string;
  readonly name: string;
  readonly inputs: readonly InputDeclaration[];
  readonly outputs: Readonly<Record<string, Template>>;
  readonly steps: readonly Step[];
};

/** What a pipeline may name, as plain lists, so that this room knows neither sites nor services. */
export type PlanningWorld = {
  /** Hosts in inventory order. */
  readonly hosts: readonly string[];
  /** Resolves a host pattern; throws UserError with a code for a bad one. */
  readonly selectHosts: (pattern: string) => readonly string[];
  /** Services in the order of their graph, each with those it needs. */
  readonly services: readonly { readonly name: string; readonly needs: readonly string[] }[];
  /** The `host` and `service` contexts of a job where they are known before a run; else such jobs are planned late. */
  readonly cellContexts?: (cell: {
    readonly host?: string | undefined;
    readonly service?: string | undefined;
  }) => Readonly<Record<string, unknown>>;
  /** Functions of expressions beside the language's own: `hashFiles`, `members`, `addresses`, `url`. */
  readonly functions?: Readonly<Record<string, ExpressionFunction>>;
  /** Values of the contexts that are known before anything runs: `globals`, `groups`, `site`, `vars`, … */
  readonly contexts: Readonly<Record<string, unknown>>;
};

/** A pipeline unfolded: what can be known before anything runs. */
export type RunPlan = {
  readonly pipeline: Pipeline;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly stages: readonly PlannedStage[];
};

export type PlannedStage = {
  readonly stage: Stage;
  readonly title: string;
  /**
   * The jobs, in order; or the stages that must end before they can be known. `after` is empty where they hang on the
   * host or service of the job that uses the pipeline: they are known when it is reached.
   */
  readonly jobs: { readonly known: readonly PlannedJob[] } | { readonly after: readonly string[] };
};

/**
 * One job: a stage on one host, for one service, with one matrix row. `key` is unique in its stage, names the parts
 * (`c1,keystone,os=debian`), and is empty for the one job of a stage without axes.
 */
export type PlannedJob = {
  readonly key: string;
  readonly host?: string;
  readonly service?: string;
  readonly matrix?: Readonly<Record<string, unknown>>;
  /** Keys of jobs of the same stage that must have ended: services by their `needs`. */
  readonly after: readonly string[];
  /** The jobs below it, where the stage uses another pipeline; planned when reached if it is not known yet. */
  readonly inner?: RunPlan;
};
