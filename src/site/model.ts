import type { ImagesLock } from '../lib/images-lock.ts';
import type { SourcePosition } from '../lib/position.ts';

export type { ImagesLock, LockedImage } from '../lib/images-lock.ts';

/** The roles an address of a host can have. */
export const networkRoles = ['api', 'tunnel', 'storage', 'external'] as const;
export type NetworkRole = (typeof networkRoles)[number];

/** An address of a host in a network. `interface` where it is known. */
export type HostAddress = {
  readonly address: string;
  readonly interface?: string;
  readonly prefixLength?: number;
};

/** How a host is reached. */
export type HostTransport =
  | { readonly kind: 'local'; readonly engineSocket?: string }
  | {
      readonly kind: 'ssh';
      readonly address: string;
      readonly port: number;
      readonly user: string;
      readonly keyFile?: string;
      readonly knownHostsFile?: string;
      readonly engineSocket?: string;
    };

/** A host of the inventory, its groups flattened (nearest last) and its networks still as written. */
export type Host = {
  readonly name: string;
  readonly at: SourcePosition;
  readonly transport: HostTransport;
  readonly groups: readonly string[];
  readonly networks: Readonly<Partial<Record<NetworkRole, NetworkSource>>>;
};

/** `{interface}` is resolved from facts, `{address}` is static. */
export type NetworkSource = {
  readonly interface?: string;
  readonly address?: string;
  readonly at: SourcePosition;
};

/** Inventory after reading: hosts in order, groups with all their hosts (children's too) in order. */
export type Inventory = {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
};

export type Group = {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  readonly at: SourcePosition;
};

/** Where a variable's value came from, lowest precedence first in a history. */
export type VariableOrigin =
  | {
      readonly kind: 'service' | 'globals' | 'host' | 'set';
      readonly name: string;
      readonly at?: SourcePosition;
    }
  | { readonly kind: 'group'; readonly name: string; readonly at?: SourcePosition };

export type Variable = { readonly value: unknown; readonly origin: VariableOrigin };

/** Values by name; each with its history, the winner last. */
export type VariableSet = ReadonlyMap<string, readonly [Variable, ...Variable[]]>;

/** The decrypted secrets of a site. `get` throws E_SECRET_UNKNOWN for a name that is not there. */
export type Secrets = {
  readonly names: () => readonly string[];
  readonly get: (name: string) => string;
  /** The site's key for HMACs of secret-bearing content. */
  readonly hmacKey: () => string;
};

/** Validated options of `globals.yml`, defaults filled in. */
export type Globals = {
  readonly site: string;
  /** Put before the name of each container and volume, so that two sites can share an engine. */
  readonly containerPrefix: string;
  readonly baseSuite: 'trixie' | 'bookworm';
  readonly imageNamespace: string;
  readonly imageTag: string;
  readonly registry?: string;
  readonly internalVip: string;
  readonly internalVipInterface?: string;
  readonly externalVip?: string;
  /** The names of the services that are switched on or off by `enable_<service>`. */
  readonly enabled: Readonly<Record<string, boolean>>;
  /** Everything in the file, under the names used there: what expressions and templates see as `globals`. */
  readonly values: Readonly<Record<string, unknown>>;
};

/** An operator's directory, read. */
export type Site = {
  readonly name: string;
  readonly directory: string;
  readonly inventory: Inventory;
  readonly globals: Globals;
  readonly secrets: Secrets;
  readonly lock: ImagesLock;
  /** Addresses by host and network, static ones and those found from facts. */
  readonly addresses: ReadonlyMap<string, Readonly<Partial<Record<NetworkRole, HostAddress>>>>;
  /**
   * Variables of a host (or of no host), over `defaults` (a service's documented ones): service defaults, globals,
   * group, child group, host, `--set`, low to high.
   */
  readonly variables: (host: string | undefined, defaults?: ReadonlyMap<string, Variable>) => VariableSet;
  /** The override files of `config/<path>` and `config/<path's directory>/<host>/<base name>`, lowest first. */
  readonly overrides: (service: string, file: string, host: string) => readonly OverrideFile[];
};

export type OverrideFile = { readonly file: string; readonly text: string };
