import pico from 'picocolors';

/** Colours for people who see a terminal; each function gives its text unchanged where there is none. */
export type Paint = Readonly<
  Record<'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'changed', (text: string) => string>
>;

/** The one place that knows colours. Nothing is told by colour alone. */
export function createPaint(color: boolean): Paint {
  const colors = pico.createColors(color);
  return {
    good: colors.green,
    bad: colors.red,
    warn: colors.yellow,
    dim: colors.dim,
    strong: colors.bold,
    changed: colors.cyan,
  };
}
