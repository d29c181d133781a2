import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Command,
  type CommandArguments,
  type CommandContext,
  jsonOption,
  siteOption,
} from './context.ts';
import { checkEngine } from './doctor/engine.ts';
import { type DoctorPorts, type Finding, renderFindings } from './doctor/finding.ts';
import { checkIdentity } from './doctor/identity.ts';
import { judgeDisk, judgeMemory, judgeNode, judgePorts } from './doctor/machine.ts';
import { checkMirror, firstMirror } from './doctor/mirror.ts';
import { siteDirectory } from './site-place.ts';

/** `slipway doctor`: what this machine lacks, and what to do about it. Exit code 1 if something is broken. */
export const doctorCommand: Command = {
  options: [
    siteOption,
    { name: 'mirror', value: 'URL', summary: "the package mirror to ask (default: apt's first)" },
    { name: 'suite', value: 'SUITE', summary: 'the suite to ask it for (default: trixie)' },
    { name: 'offline', summary: 'leave the mirror and the clock out' },
    jsonOption,
  ],
  examples: [
    { command: 'slipway doctor', does: 'looks at Node, engine, disk, memory, ports, clock, mirror and key' },
    { command: 'slipway doctor --offline --json', does: 'the same without the network, for a script' },
  ],
  run: async (args, context) => {
    const findings = await examine(args, context);
    const broken = findings.some((one) => one.state === 'broken');
    return { exitCode: broken ? 1 : 0, data: findings, text: renderFindings(findings) };
  },
};

async function examine(args: CommandArguments, context: CommandContext): Promise<Finding[]> {
  const ports = machinePorts(context);
  const engine = await checkEngine(context.env);
  const data = engine.dataDirectory ?? '/var/lib';
  const hasSecrets = existsSync(join(siteDirectory(args, context), 'secrets.yml'));
  return [
    judgeNode(context.runtime.node),
    ...engine.findings,
    judgeDisk(data, await ports.freeBytes(data)),
    judgeMemory(ports.readText('/proc/meminfo')),
    judgePorts(ports, engine.deployed),
    ...(args.flag('offline') ? [] : await network(args, context, ports)),
    checkIdentity(context.env, ports, hasSecrets),
  ];
}

async function network(
  args: CommandArguments,
  context: CommandContext,
  ports: DoctorPorts,
): Promise<Finding[]> {
  const proxy = context.env['http_proxy'] ?? context.env['HTTP_PROXY'] ?? '';
  if (proxy !== '') {
    const found = 'not asked: this environment has a proxy, and only apt and the engine use it';
    return [{ check: 'mirror', state: 'warning', found, advice: 'run apt-get update and see that it works' }];
  }
  const mirror = args.text('mirror') ?? firstMirror(aptSources(ports));
  if (mirror !== undefined) return checkMirror(mirror, args.text('suite') ?? 'trixie', ports);
  const advice = 'name one: slipway doctor --mirror URL';
  return [{ check: 'mirror', state: 'warning', found: 'this machine has no settings of apt', advice }];
}

/** All of apt's settings, the main file first. */
function aptSources(ports: DoctorPorts): string {
  const directory = '/etc/apt/sources.list.d';
  const names = existsSync(directory) ? readdirSync(directory).sort() : [];
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(directory, name))];
  return files.map((file) => ports.readText(file) ?? '').join('\n');
}

function machinePorts(context: CommandContext): DoctorPorts {
  return {
    readText: (file) => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    },
    freeBytes: async (path) => {
      try {
        const { bavail, bsize } = await statfs(path);
        return bavail * bsize;
      } catch {
        return undefined;
      }
    },
    head: (url) => headOf(url, context.signal),
    now: context.clock.now,
  };
}

async function headOf(url: string, signal: AbortSignal): ReturnType<DoctorPorts['head']> {
  try {
    const limits = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    const answer = await fetch(url, { method: 'HEAD', signal: limits });
    const date = Date.parse(answer.headers.get('date') ?? '');
    return { status: answer.status, ...(!Number.isNaN(date) && { date }) };
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { failed: cause instanceof Error ? cause.message : String(cause) };
  }
}
