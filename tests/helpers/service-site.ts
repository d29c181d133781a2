import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { emptyImagesLock } from '../../src/lib/images-lock.ts';
import {
  createWorld,
  loadServices,
  type ServiceCatalogue,
  type ServiceWorld,
  serviceVariables,
  wantedSecrets,
} from '../../src/services/index.ts';
import { loadSite, type Secrets, type Site } from '../../src/site/index.ts';

/** What a test says of a site; all of it has a default. Paths of `files` begin at the site's directory. */
export type SiteDraft = {
  readonly inventory?: string;
  readonly globals?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
};

const toolServices = resolve(import.meta.dirname, '../../pipelines/services');
const directory = '/site';

/** One host with static addresses, as `slipway init all-in-one` has it. */
export const oneHost = `hosts:
  aio: { connection: local, networks: { api: { interface: br0, address: 192.0.2.10 } } }
groups:
  control: { hosts: [aio] }
`;

/** Three hosts that carry everything together. */
export const threeHosts = `hosts:
  c1: { connection: local, networks: { api: { interface: eth0, address: 192.0.2.11 } } }
  c2: { connection: local, networks: { api: { interface: eth0, address: 192.0.2.12 } } }
  c3: { connection: local, networks: { api: { interface: eth0, address: 192.0.2.13 } } }
groups:
  control: { hosts: [c1, c2, c3] }
`;

const plainGlobals = 'site_name: test\ninternal_vip_address: 192.0.2.250\n';

/** The text of a file: of the site's drafts, else of this repository. */
export function readerOf(draft: SiteDraft = {}): (file: string) => string | undefined {
  const own: Readonly<Record<string, string>> = {
    'inventory.yml': draft.inventory ?? oneHost,
    'globals.yml': `${plainGlobals}${draft.globals ?? ''}`,
    ...draft.files,
  };
  return (file) => {
    if (file.startsWith(`${directory}/`)) return own[file.slice(directory.length + 1)];
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  };
}

/** The services that come along, with those of the draft's `pipelines/services/` before them. */
export function catalogueOf(draft: SiteDraft = {}): ServiceCatalogue {
  const overlay = `${directory}/pipelines/services`;
  const names = Object.keys(draft.files ?? {}).flatMap(
    (file) => /^pipelines\/services\/([^/]+)\/service\.yml$/.exec(file)?.[1] ?? [],
  );
  const { catalogue, problems } = loadServices({
    roots: [overlay, toolServices],
    readText: readerOf(draft),
    listDirectories: (root) => (root === overlay ? names : readdirSync(toolServices)),
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems, undefined, 2));
  return catalogue;
}

/** A site of a test joined with its services. Each secret is `secret of NAME`, key sets have two keys. */
export async function serviceWorld(draft: SiteDraft = {}): Promise<ServiceWorld> {
  const catalogue = catalogueOf(draft);
  const { site, problems } = await loadSite({
    directory,
    readText: readerOf(draft),
    env: {},
    services: catalogue.services.map((service) => service.name),
    serviceVariables: Object.keys(serviceVariables(catalogue)),
    withoutSecrets: true,
  });
  if (!site) throw new Error(JSON.stringify(problems, undefined, 2));
  const whole: Site = { ...site, secrets: secretsOf(catalogue, draft), lock: emptyImagesLock };
  return createWorld(whole, catalogue);
}

function secretsOf(catalogue: ServiceCatalogue, draft: SiteDraft): Secrets {
  const made = wantedSecrets(catalogue).map(({ name, kind }) => [
    name,
    kind === 'key-set'
      ? JSON.stringify({ 0: `first key of ${name}`, 1: `second key of ${name}` })
      : `secret of ${name}`,
  ]);
  const values = new Map<string, string>(Object.entries({ ...Object.fromEntries(made), ...draft.secrets }));
  return {
    names: () => [...values.keys()],
    get: (name) => values.get(name) ?? '',
    hmacKey: () => values.get('slipway_hmac_key') ?? 'key of the site',
  };
}
