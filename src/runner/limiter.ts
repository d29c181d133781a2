/** Lets at most `size` bodies run at a time; the others wait in order. */
export type Limiter = { readonly run: <T>(body: () => Promise<T>) => Promise<T> };

/** A limiter whose waiting is first in, first out. */
export function createLimiter(size: number): Limiter {
  let free = Math.max(1, Math.floor(size));
  const waiting: (() => void)[] = [];
  return {
    run: async (body) => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await body();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
