/**
 * Pipeline files: `loadPipeline` reads and validates one with all that it uses, `planPipeline` unfolds it over hosts,
 * services and matrices, `planJobs` does so for a stage whose axes are known only while it runs.
 */
export { contextSets } from './availability.ts';
export { createEvaluator, type TemplateEvaluator, type TemplateScope } from './evaluator.ts';
export type { InputValue } from './input-values.ts';
export { type ContextSet, type KeyRow, type KeyType, type Place, pipelineKeys } from './keys/index.ts';
export { type Loaded, type LoadRequest, loadPipeline } from './load.ts';
export * from './model.ts';
export { planJobs, planPipeline } from './plan.ts';
export { pipelineJsonSchema } from './schema.ts';
export type { ActionInfo } from './uses.ts';
