import type { CompiledTemplate } from '../expressions/index.ts';
import type { ContainerSpec, OneShotSpec } from '../lib/container-spec.ts';
import type { SourcePosition } from '../lib/position.ts';
import type { YamlNode } from '../lib/yaml.ts';
import type { Variable } from '../site/index.ts';
import type { SecretKind, ServiceSource } from './schema.ts';

/** A service definition: what `service.yml` says, checked, its expressions compiled. */
export type Service = {
  readonly name: string;
  readonly file: string;
  /** The directory of its templates, below a root of the templates: `keystone`. */
  readonly source: ServiceSource;
  readonly node: YamlNode;
  readonly compiled: CompiledTemplate;
  readonly defaults: ReadonlyMap<string, Variable>;
};

/** All services, in the order of their needs (those that are needed first). */
export type ServiceCatalogue = {
  readonly services: readonly Service[];
  /** Directories with `<service>/service.yml` and templates, highest precedence first. */
  readonly roots: readonly string[];
};

/** A secret that a service wants to be there. */
export type WantedSecret = { readonly name: string; readonly kind: SecretKind; readonly service: string };

/** What a service is on a site: everything that its deployment does, as data. */
export type ServicePlan = {
  readonly name: string;
  /** The hosts of its group. */
  readonly hosts: readonly string[];
  readonly needs: readonly string[];
  readonly containers: readonly ContainerSpec[];
  /** In order; `before` says whether its containers must be ready first. */
  readonly oneShots: readonly PlannedOneShot[];
  readonly checks: readonly ServiceCheck[];
  /** Ports that its containers take on each host, with the address. */
  readonly listens: readonly { readonly host: string; readonly address: string; readonly port: number }[];
};

export type PlannedOneShot = { readonly oneShot: OneShotSpec; readonly before: 'containers' | 'ready' };

export type ServiceCheck = {
  readonly name: string;
  readonly host: string;
  readonly timeoutSeconds: number;
  readonly probe:
    | { readonly kind: 'http'; readonly url: string; readonly status: string }
    | { readonly kind: 'tcp'; readonly address: string }
    | { readonly kind: 'exec'; readonly container: string; readonly command: readonly string[] };
};

/** An entry of the load balancer with its members, as the templates of HAProxy see it. */
export type BalancerEntry = {
  readonly name: string;
  readonly service: string;
  readonly mode: 'http' | 'tcp' | 'redirect';
  readonly addresses: readonly string[];
  readonly port: number;
  readonly balance: string;
  readonly members: readonly BalancerMember[];
  readonly tls_backend: boolean;
  readonly redirect_to: string;
  readonly check: {
    readonly kind: 'tcp' | 'http' | 'mysql';
    readonly path: string;
    readonly expect: string;
    readonly user: string;
    readonly inter: string;
    readonly rise: number;
    readonly fall: number;
  };
  readonly frontend_extra: readonly string[];
  readonly backend_extra: readonly string[];
  readonly at: SourcePosition;
};

export type BalancerMember = {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly backup: boolean;
};
