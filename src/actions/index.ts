/** Built-in actions: `uses: slipway/NAME`, each with a read-only `plan` and an `apply`. */
export * from './action.ts';
export { provideDeployment } from './deployment.ts';
export { type ActionDescription, describeAction } from './describe.ts';
export { engineConnectionOf } from './engine-connection.ts';
export { builtinActions } from './registry.ts';
