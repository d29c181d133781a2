import { join, resolve } from 'node:path';
import { connectEngine, imageEngine } from '../engine/index.ts';
import { localConnection } from '../hosts/index.ts';
import { type BuildOutcome, type BuildRequest, buildImages, knownSuites } from '../images/index.ts';
import { UserError } from '../lib/errors.ts';
import { type Command, type CommandArguments, type CommandContext, jsonOption } from './context.ts';
import {
  checkedName,
  loadImagesLock,
  readSiteImages,
  type SiteImages,
  selectionOf,
  selectionOptions,
  templateRoots,
} from './image-request.ts';
import { buildText } from './show-build.ts';
import { siteDirectory } from './site-place.ts';
import { writeImagesLock } from './write-lock.ts';
import { writeTemplates } from './write-templates.ts';

/** `slipway build`: images from templates, and the lock file that says what was built. */
export const buildCommand: Command = {
  arguments: [{ name: 'PATTERN', summary: 'images by name or pattern (default: all)', many: true }],
  options: [
    ...selectionOptions,
    { name: 'jobs', short: 'j', value: 'N', summary: 'builds at a time (default: 2)' },
    { name: 'tag', short: 't', value: 'TAG', summary: 'the tag of the images (default: the suite)' },
    { name: 'namespace', value: 'NAME', summary: 'what stands before their names (default: slipway)' },
    { name: 'base', value: 'IMAGE', summary: "the image that `base` is built on (default: the suite's)" },
    { name: 'build-arg', value: 'NAME=VALUE', many: true, summary: 'a build argument of all images' },
    { name: 'registry', value: 'HOST[:PORT]', summary: 'where --push pushes to' },
    { name: 'push', summary: 'push the images and put their digests into the lock' },
    { name: 'no-cache', summary: 'build everything that is selected, without the cache of the builder' },
    { name: 'update', summary: 'take the newest packages: renews the package snapshot of the lock' },
    { name: 'template-only', value: 'DIR', summary: 'write Dockerfiles with their files, and build nothing' },
    jsonOption,
  ],
  examples: [
    { command: 'slipway build', does: 'builds what changed, of everything' },
    { command: 'slipway build keystone "rabbit*"', does: 'these and their parents' },
    {
      command: 'slipway build --profile quickstart --jobs 4',
      does: 'the images of a profile, four at a time',
    },
    { command: 'slipway build --update', does: 'builds anew where packages have newer versions' },
    { command: 'slipway build --registry registry.example.org:5000 --push', does: 'builds and pushes' },
  ],
  run: async (args, context) => {
    const target = args.text('template-only');
    const site = siteDirectory(args, context);
    const { file, lock } = loadImagesLock(site);
    const request = { ...readRequest(args, context), lock, logDirectory: join(site, '.slipway/logs/build') };
    if (target !== undefined) {
      const written = writeTemplates(request, resolve(context.cwd, target));
      return { exitCode: 0, data: written, text: written.map((one) => one.directory).join('\n') };
    }
    const outcome = await build(request, context);
    if (writeImagesLock(file, outcome.lock)) context.note(`lock file: ${file}`);
    const { results, counts, durationMs } = outcome;
    return { exitCode: exitCodeOf(outcome), data: { results, counts, durationMs }, text: buildText(results) };
  },
};

type Request = Omit<BuildRequest, 'lock' | 'logDirectory'>;

function readRequest(args: CommandArguments, context: CommandContext): Request {
  const site = readSiteImages(siteDirectory(args, context));
  const registry = args.text('registry') ?? site.registry;
  if (args.flag('push') && registry === undefined) {
    throw new UserError('E_USAGE', '--push needs --registry', { hint: 'add --registry HOST[:PORT]' });
  }
  const selection = selectionOf(args, context);
  return {
    roots: templateRoots(args, context),
    selection,
    naming: readNaming(args, site, selection.suite),
    jobs: args.count('jobs', 1) ?? 2,
    noCache: args.flag('no-cache'),
    update: args.flag('update'),
    registry,
    push: args.flag('push'),
    base: args.text('base'),
    buildArgs: Object.fromEntries(args.all('build-arg').map(readBuildArg)),
    proxies: proxiesOf(context.env),
  };
}

function readNaming(args: CommandArguments, site: SiteImages, suite: string | undefined): Request['naming'] {
  const tag = args.text('tag') ?? site.tag;
  if (tag !== undefined) checkedName('a tag', tag, /^\w[\w.-]{0,127}$/);
  const namespace = args.text('namespace') ?? site.namespace ?? 'slipway';
  checkedName('a namespace', namespace, /^[a-z0-9]+([._/-][a-z0-9]+)*$/);
  return { namespace, tag, suite: suite ?? knownSuites[0] };
}

function readBuildArg(text: string): [string, string] {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
  if (match) return [match[1] as string, match[2] as string];
  throw new UserError('E_USAGE', `"${text}" is no build argument`, { hint: 'write --build-arg NAME=VALUE' });
}

/** The proxies of this environment, but those that a container could not reach. */
function proxiesOf(env: CommandContext['env']): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy'].flatMap((name) => [
    name,
    name.toUpperCase(),
  ]);
  const given = names.flatMap((name) => (env[name] ? [[name, env[name]] as [string, string]] : []));
  const reachable = given.filter(([, value]) => !/\/\/(localhost|127\.|\[::1\])/.test(value));
  return Object.fromEntries(reachable);
}

async function build(request: BuildRequest, context: CommandContext): Promise<BuildOutcome> {
  const host = localConnection({ host: 'localhost', env: context.env });
  const engine = imageEngine(await connectEngine(await host.engine(), { host: host.host }));
  try {
    const { emit, clock, signal } = context;
    return await buildImages(request, { engine, host, emit, clock, signal });
  } finally {
    engine.close();
    await host.close();
  }
}

function exitCodeOf(outcome: BuildOutcome): number {
  if (outcome.counts.cancelled > 0) return 130;
  return outcome.counts.failed > 0 ? 1 : 0;
}
