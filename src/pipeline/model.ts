import type { SourcePosition } from '../lib/position.ts';
import type { YamlNode } from '../lib/yaml.ts';

/**
 * A value that may hold `${{ }}`, as written and with its place. The text of a key that takes an expression without
 * `${{ }}` (such as `if`) is wrapped by the reader, so that all are evaluated alike. `node` carries maps and lists
 * (`matrix`, `with`), whose leaves may be templates too.
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
  readonly outputs: Readonly<Record<string, Template>>;
  readonly env: Readonly<Record<string, Template>>;
  readonly defaults: RunDefaults;
  readonly concurrency?: { readonly group: Template; readonly cancelInProgress?: Template };
  /** In the order of the file. */
  readonly stages: readonly Stage[];
};

export type RunDefaults = { readonly shell?: string; readonly workingDirectory?: Template };

/** A stage: GitHub's job with the axes `hosts` and `services` beside `matrix`. */
export type Stage = {
  readonly id: string;
  readonly at: SourcePosition;
  readonly name?: Template;
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
  /** The jobs, in order; or the stages that must end before they can be known. */
  readonly jobs: { readonly known: readonly PlannedJob[] } | { readonly after: readonly string[] };
};

/** One job: a stage on one host, for one service, with one matrix row. `key` is unique in its stage. */
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
