import type { Action } from './action.ts';
import { assertAction } from './assert.ts';
import { checksAction } from './checks.ts';
import { configAction } from './config.ts';
import { containersAction } from './containers.ts';
import { engineAction } from './engine-check.ts';
import { execAction } from './exec.ts';
import { httpAction } from './http-wait.ts';
import { imagesAction } from './images.ts';
import { oneShotsAction } from './one-shots.ts';
import { orphansAction } from './orphans.ts';
import { prechecksAction } from './prechecks.ts';
import { sysctlAction } from './sysctl.ts';
import { tcpAction } from './tcp-wait.ts';

/** Every built-in action, one file each. */
const actions: readonly Action[] = [
  assertAction,
  checksAction,
  configAction,
  containersAction,
  engineAction,
  execAction,
  httpAction,
  imagesAction,
  oneShotsAction,
  orphansAction,
  prechecksAction,
  sysctlAction,
  tcpAction,
];

/** The built-in actions by the name that `uses:` has for them. */
export const builtinActions: ReadonlyMap<string, Action> = new Map(
  actions.map((action) => [action.name, action]),
);
