import type { RunResources } from '../actions/index.ts';

/**
 * The keyed store of a run. A promise that is rejected is forgotten, so that the next caller tries again. `closeAll`
 * ends the run: what has a `close` of its own is closed, the newest first; one that fails is no failure of the run.
 */
export function createResources(): RunResources & { readonly closeAll: () => Promise<void> } {
  const held = new Map<string, Promise<unknown>>();
  return {
    get: <T>(key: string, make: () => Promise<T>): Promise<T> => {
      const known = held.get(key);
      if (known) return known as Promise<T>;
      const made = make();
      held.set(key, made);
      made.catch(() => {
        if (held.get(key) === made) held.delete(key);
      });
      return made;
    },
    drop: (key) => {
      held.delete(key);
    },
    closeAll: async () => {
      const all = [...held.values()].reverse();
      held.clear();
      for (const one of all) {
        try {
          const value = await one;
          if (hasClose(value)) await value.close();
        } catch {
          // Nothing was opened, or it is gone already.
        }
      }
    },
  };
}

function hasClose(value: unknown): value is { readonly close: () => unknown } {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
