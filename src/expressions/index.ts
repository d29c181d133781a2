/**
 * GitHub's expression language. `compileTemplate` and `compileCondition` take YAML values and collect problems;
 * `checkReferences` judges names against what a place offers; `evaluate*` take a scope and throw UserError.
 */
export {
  checkReferences,
  contextNames,
  dependenciesOf,
  expressionsOf,
  isConstant,
  ourFunctions,
} from './check.ts';
export { type Compiled, compileCondition, compileTemplate } from './compile.ts';
export { evaluateCondition, evaluateTemplate, evaluateText } from './evaluate.ts';
export { languageFunctions, statusFunctions } from './functions.ts';
export * from './model.ts';
