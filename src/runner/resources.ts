import type { RunResources } from '../actions/index.ts';

/** The keyed store of a run. A promise that is rejected is forgotten, so that the next caller tries again. */
export function createResources(): RunResources {
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
  };
}
