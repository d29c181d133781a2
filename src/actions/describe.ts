import { z } from 'zod';
import type { Action } from './action.ts';

/** An action as readers of pipelines, editors and help need it. */
export type ActionDescription = {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly { readonly name: string; readonly required: boolean }[];
  readonly outputs: readonly string[];
  readonly needs: readonly ('site' | 'host' | 'service')[];
};

/** What an action takes and gives, read off its schema. */
export function describeAction(action: Action): ActionDescription {
  const schema = z.toJSONSchema(action.inputs, { io: 'input', unrepresentable: 'any' });
  const required = new Set(schema.required ?? []);
  return {
    name: action.name,
    description: action.description,
    inputs: Object.keys(schema.properties ?? {}).map((name) => ({ name, required: required.has(name) })),
    outputs: Object.keys(action.outputs),
    needs: action.needs,
  };
}
