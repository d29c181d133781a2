/**
 * Service definitions: `loadServices` reads them, `createWorld` joins them with a site, `planServices` gives container
 * specs, one-shots and checks as data.
 */
export { balancerEntries } from './load-balancer.ts';
export {
  loadServices,
  readService,
  type ServiceSources,
  serviceVariables,
  variableTypes,
  wantedSecrets,
} from './load-services.ts';
export type * from './model.ts';
export { planServices, servicePlanner } from './plan-services.ts';
export { type SecretKind, serviceJsonSchema } from './schema.ts';
export {
  addressOf,
  createWorld,
  groupMembers,
  hostsOfService,
  membersOf,
  type ServiceWorld,
  serviceContexts,
  serviceScope,
  servicesContext,
  siteFunctions,
  urlOf,
} from './scope.ts';
