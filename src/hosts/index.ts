/** Hosts as we reach them: commands, facts, and where their engine answers. */
export { defaultEngineSocket, localEngine } from './engine-address.ts';
export type { HostInterface, SystemFacts } from './host-facts.ts';
export { interfacesOf, readCommand, systemFactsOf } from './host-facts.ts';
export type { LocalOptions } from './local-connection.ts';
export { localConnection } from './local-connection.ts';
export type { HostRegistry, OpenHostsOptions } from './open-hosts.ts';
export { openHosts } from './open-hosts.ts';
