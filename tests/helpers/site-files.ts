import { loadSite, type Site, type SiteReading } from '../../src/site/index.ts';

/** Files of a small site by their path below `/site`; tests replace what they are about. */
export const smallSite: Readonly<Record<string, string>> = {
  'inventory.yml': [
    'hosts:',
    '  c1: { networks: { api: { address: 192.0.2.1 } } }',
    '  c2: { networks: { api: { interface: eth0 } }, vars: { keystone_port: 5002 } }',
    'groups:',
    '  cloud: { children: [control], vars: { keystone_port: 5010, region_name: cloud } }',
    '  control: { hosts: [c1, c2], vars: { keystone_port: 5001 } }',
  ].join('\n'),
  'globals.yml': ['site_name: test', 'internal_vip_address: 192.0.2.9', 'region_name: 1.10'].join('\n'),
};

/** What `loadSite` needs, over files in memory; secrets stay closed unless the change says otherwise. */
export function readingOf(
  files: Readonly<Record<string, string>>,
  changes: Partial<SiteReading> = {},
): SiteReading {
  const path = (file: string) => file.replace(/^\/site\//, '');
  return {
    directory: '/site',
    readText: (file) => files[path(file)],
    env: {},
    services: ['keystone', 'load-balancer'],
    serviceVariables: ['keystone_port', 'region_name', 'tags'],
    variableTypes: new Map([
      ['keystone_port', 'number'],
      ['region_name', 'string'],
      ['tags', 'list'],
    ]),
    withoutSecrets: true,
    listFiles: (directory) => {
      const below = `${path(directory)}/`;
      return Object.keys(files).flatMap((file) => (file.startsWith(below) ? [file.slice(below.length)] : []));
    },
    serviceConfigs: new Map([
      ['keystone', ['keystone.conf', 'deep/file.ini']],
      ['load-balancer', ['haproxy.cfg']],
    ]),
    ...changes,
  };
}

/** Reads a site that has no problem. */
export async function siteOf(
  files: Readonly<Record<string, string>> = smallSite,
  changes: Partial<SiteReading> = {},
): Promise<Site> {
  const { site, problems } = await loadSite(readingOf(files, changes));
  if (site) return site;
  throw new Error(problems.map((one) => `${one.code} ${one.message}`).join('\n'));
}
