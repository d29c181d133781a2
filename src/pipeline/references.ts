import { dirname } from 'node:path';
import { type Problem, problem } from '../lib/errors.ts';
import type { SourcePosition } from '../lib/position.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { CompositeAction } from './model.ts';
import type { ActionInfo } from './uses.ts';

/** True for a reference that is a path. */
export function isLocal(reference: string): boolean {
  return /^\.\.?(?:\/|$)/.test(reference);
}

/** True if a path with its links resolved lies in a directory. */
export function isInside(path: string, root: string): boolean {
  if (root === '.' || root === '') return !path.startsWith('..') && !path.startsWith('/');
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
}

/** `actions/checkout` of a workflow file: the working tree is there already, so it does nothing. */
export function checkoutAction(file: string): CompositeAction {
  const names = [
    'repository',
    'ref',
    'token',
    'path',
    'fetch-depth',
    'submodules',
    'lfs',
    'persist-credentials',
    'clean',
  ];
  const at = { file, line: 1, column: 1 };
  return {
    file,
    directory: dirname(file),
    name: 'actions/checkout',
    inputs: names.map((name) => ({ name, type: 'string', required: false, at })),
    outputs: {},
    steps: [],
  };
}

/** Why an action that is neither built in nor a path can't be used. */
export function unusableAction(
  text: string,
  at: SourcePosition,
  actions: ReadonlyMap<string, ActionInfo>,
): Problem {
  if (text.startsWith('slipway/')) {
    const message = `there is no built-in action "${text}"`;
    return problem('E_PIPELINE_USES', message, { at, hint: didYouMean(text, actions.keys()) });
  }
  const message = text.startsWith('docker://')
    ? 'steps in a container of their own ("docker://") can not be run'
    : `"${text}" can not be run: actions of other repositories are not fetched`;
  const hint = 'use slipway/NAME, or copy the action beside this file and use ./path';
  return problem('E_PIPELINE_USES', message, { at, hint });
}
