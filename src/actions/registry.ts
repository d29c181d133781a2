import type { Action } from './action.ts';
import { assertAction } from './assert.ts';
import { engineAction } from './engine-check.ts';
import { httpAction } from './http-wait.ts';
import { tcpAction } from './tcp-wait.ts';

/** Every built-in action, one file each. */
const actions: readonly Action[] = [assertAction, engineAction, httpAction, tcpAction];

/** The built-in actions by the name that `uses:` has for them. */
export const builtinActions: ReadonlyMap<string, Action> = new Map(
  actions.map((action) => [action.name, action]),
);
