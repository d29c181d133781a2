/** True for what stages, steps and inputs can be called: expressions name them after a dot. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) && name.length <= 100;
}
