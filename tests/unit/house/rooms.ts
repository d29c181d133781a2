/** Who may import whom (DESIGN: one-way doors). Every room may import `lib`; what stands here is closed upwards. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  cli: ['commands', 'report'],
  commands: [
    'runner',
    'actions',
    'services',
    'images',
    'clients',
    'engine',
    'hosts',
    'pipeline',
    'site',
    'expressions',
    'templates',
    'report',
  ],
  runner: ['actions', 'pipeline', 'engine', 'hosts', 'site'],
  actions: ['services', 'images', 'clients', 'engine', 'hosts', 'site'],
  services: ['site', 'templates', 'expressions'],
  images: ['templates', 'engine'],
  clients: ['hosts', 'engine'],
  engine: ['hosts'],
  hosts: ['site'],
  pipeline: ['expressions'],
  site: ['expressions'],
  expressions: [],
  templates: [],
  report: [],
  lib: [],
};

/** What other rooms may import of a room: its public face, and its model of plain data. */
export const publicFiles = ['index.ts', 'model.ts'];

/**
 * Libraries that one file of ours calls and whose errors it translates. `tar-stream` is none of them: packing bytes
 * that are at hand has no errors, and engine and images each pack their own.
 */
export const librariesWithOneCaller = [
  '@actions/expressions',
  'age-encryption',
  'cac',
  'diff',
  'dockerode',
  'ipaddr.js',
  'nunjucks',
  'p-limit',
  'picocolors',
  'picomatch',
  'ssh2',
  'tar-fs',
  'undici',
  'yaml',
];
