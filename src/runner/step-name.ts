import type { Step } from '../pipeline/model.ts';
import type { Evaluator, Scope } from './evaluate.ts';

/** What a step without a name is called: its script's first line, or what it uses. */
export function defaultName(step: Step): string {
  const { body } = step;
  if (body.kind === 'action') return body.action;
  if (body.kind === 'composite') return body.action.name;
  return firstLine(body.script.text);
}

function firstLine(script: string): string {
  const line = script.split('\n').find((one) => one.trim() !== '' && !one.trim().startsWith('#')) ?? '';
  return line.trim().length > 80 ? `${line.trim().slice(0, 79)}…` : line.trim();
}

/** What a step is called once its expressions can be evaluated; its text as written where one of them fails. */
export function stepName(step: Step, evaluate: Evaluator, scope: Scope): string {
  if (step.name) return evaluate.text(step.name, scope);
  const { body } = step;
  if (body.kind !== 'run' || !body.script.text.includes('${{')) return defaultName(step);
  try {
    return firstLine(evaluate.text(body.script, scope));
  } catch {
    return defaultName(step);
  }
}
