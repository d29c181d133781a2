/** What would happen to a thing on a host. */
export type ChangeKind =
  | 'create'
  | 'replace'
  | 'reload'
  | 'restart'
  | 'start'
  | 'stop'
  | 'remove'
  | 'pull'
  | 'write'
  | 'run'
  | 'record';

/**
 * One change, planned or made. `target` is what an operator calls the thing (`container keystone`, `one-shot
 * keystone-db-sync`); `reasons` say why, a sentence each, without secrets; `gap` is how long the thing is away.
 */
export type Change = {
  readonly host: string;
  readonly target: string;
  readonly kind: ChangeKind;
  readonly reasons: readonly string[];
  readonly gap?: string;
  readonly diff?: string;
};
