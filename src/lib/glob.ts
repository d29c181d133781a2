import picomatch from 'picomatch';

/** A test for paths by globs (`*.lock`, `**` for any depth); a name that begins with a dot matches too. */
export function pathMatcher(globs: readonly string[]): (path: string) => boolean {
  return globs.length === 0 ? () => false : picomatch([...globs], { dot: true });
}

/** A test for names by one glob: `*`, `?` and `[…]` as shells have them, and no more. */
export function nameMatcher(glob: string): (name: string) => boolean {
  return picomatch(glob, { dot: true, nobrace: true, noextglob: true, nonegate: true });
}
