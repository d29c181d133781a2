/** The maps of a file that have keys of their own. */
export type Place =
  | 'file'
  | 'on'
  | 'dispatch'
  | 'call'
  | 'input'
  | 'call-output'
  | 'call-secret'
  | 'defaults'
  | 'defaults-run'
  | 'concurrency'
  | 'stage'
  | 'strategy'
  | 'step'
  | 'retry'
  | 'action'
  | 'action-input'
  | 'action-output'
  | 'runs';

/**
 * What a value must be. `text`, `number`, `flag`: plain values. `template`: text that may hold `${{ }}`;
 * `number-template`, `flag-template`: a plain value or one expression. `condition`: an expression without `${{ }}`.
 * `texts`: a map of templates, or one expression that gives it. `value`: anything, its leaves templates. `names`: a text or a list of texts. `list`: a text or a list
 * of templates. `any`: not looked into.
 */
export type KeyType =
  | 'text'
  | 'number'
  | 'flag'
  | 'template'
  | 'number-template'
  | 'flag-template'
  | 'condition'
  | 'texts'
  | 'value'
  | 'names'
  | 'list'
  | 'any'
  | { readonly place: Place }
  | { readonly mapOf: Place }
  | { readonly listOf: Place };

export type FileKind = 'pipeline' | 'workflow' | 'action';

/** Which contexts and functions the expressions of a key may use; `availability.ts` lists them. */
export type ContextSet =
  | 'none'
  | 'file'
  | 'file-env'
  | 'call-output'
  | 'stage'
  | 'stage-if'
  | 'cell'
  | 'cell-secret'
  | 'cell-output'
  | 'step'
  | 'step-if'
  | 'action-output';

/**
 * One key of the language. `origin`: `github` has its meaning from GitHub; `changed` differs and says how; `ours` is not
 * in GitHub; `noted` is accepted, does nothing here and is told of in a note. `ours` says what it does here.
 */
export type KeyRow = {
  readonly place: Place;
  readonly key: string;
  readonly type: KeyType;
  readonly origin: 'github' | 'changed' | 'ours' | 'noted';
  readonly meaning: string;
  /** The kinds of file where it may stand; absent: all that have the place. */
  readonly files?: readonly FileKind[];
  readonly contexts?: ContextSet;
  readonly required?: boolean;
  readonly values?: readonly string[];
  /** For a number: the least that is allowed. */
  readonly least?: number;
  /** Said where it stands in a file of another kind. */
  readonly elsewhere?: string;
};
