import type { Step } from '../pipeline/model.ts';

/** What a step without a name is called: its script's first line, or what it uses. */
export function defaultName(step: Step): string {
  const { body } = step;
  if (body.kind === 'action') return body.action;
  if (body.kind === 'composite') return body.action.name;
  const line = body.script.text.split('\n').find((one) => one.trim() !== '') ?? '';
  return line.trim().length > 80 ? `${line.trim().slice(0, 79)}…` : line.trim();
}
