/**
 * An operator's directory: `loadSite` reads inventory, globals, secrets, lock and overrides with every problem;
 * `selectHosts` resolves host patterns; the contexts are what expressions and templates see of it.
 */
export {
  type AddressTable,
  type HostInterface,
  inUrl,
  isAddress,
  isInSubnet,
  resolveAddresses,
} from './addresses.ts';
export { newIdentity, recipientOf } from './age.ts';
export { groupsContext, hostContext, hostsContext, siteContext } from './contexts.ts';
export { editSecretsText } from './edit-secrets.ts';
export {
  type GeneratedKind,
  generateSecret,
  type RandomBytes,
  readKeySet,
  rotateSecret,
} from './generate-secret.ts';
export { globalsJsonSchema, readGlobals } from './globals.ts';
export { identitiesIn, identityFile } from './identity.ts';
export { readInventory } from './inventory.ts';
export { inventoryJsonSchema } from './inventory-schema.ts';
export { loadSite, type SiteReading, siteNotFound } from './load-site.ts';
export * from './model.ts';
export { selectHosts } from './patterns.ts';
export {
  hmacKeyName,
  openSecrets,
  readSecretsFile,
  renderSecretsFile,
  type SecretsFile,
  secretsOf,
  valuesToMask,
  withSecrets,
} from './secrets-file.ts';
export type { VariableType, VariableTypes } from './variable-types.ts';
export { resolveVariables, type VariableSources, variableValues } from './variables.ts';
