import type { YamlScalar } from '../lib/yaml.ts';
import type { CompositeAction, Pipeline } from './model.ts';
import type { Reading } from './source.ts';

/** A built-in action as plain data, so that this room needs no actions. */
export type ActionInfo = {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly required: boolean }[];
  /** Names of its outputs. */
  readonly outputs: readonly string[];
  readonly needs: readonly ('site' | 'host' | 'service')[];
};

export type FoundAction =
  | { readonly kind: 'action'; readonly info: ActionInfo }
  | { readonly kind: 'composite'; readonly action: CompositeAction };

/** Finds what `uses:` names; what is wrong with it is a problem of the reading, and the answer undefined. */
export type UseResolver = {
  readonly pipeline: (reference: YamlScalar, from: Reading) => Pipeline | undefined;
  readonly action: (reference: YamlScalar, from: Reading) => FoundAction | undefined;
};
