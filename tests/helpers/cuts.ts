import { randomInt } from 'node:crypto';

/** A place where a run can be cut off: before or after its n-th (1-based) call that changes the engine. */
export type Cut = { readonly nth: number; readonly side: 'before' | 'after' };

/** What the places are sampled by: printed by the tests, SLIPWAY_TEST_SEED sets it. */
export const cutSeed = Number(process.env['SLIPWAY_TEST_SEED'] ?? randomInt(1_000_000));

/** `count` of all the places of so many changes, always the same ones for a seed; SLIPWAY_TEST_KILLS=all gives all. */
export function sampleCuts(changes: number, count: number): Cut[] {
  const all = Array.from({ length: changes * 2 }, (_, i): Cut => {
    return { nth: Math.floor(i / 2) + 1, side: i % 2 === 0 ? 'before' : 'after' };
  });
  if (process.env['SLIPWAY_TEST_KILLS'] === 'all') return all;
  let state = cutSeed;
  const order = all.map((cut) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return { cut, key: state };
  });
  return order
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ cut }) => cut);
}
