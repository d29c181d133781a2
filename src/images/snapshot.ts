import { createHash } from 'node:crypto';
import type { ImageEngine, ImageFact } from '../engine/index.ts';
import type { Clock } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';
import { withRetries } from './retry.ts';

export type SnapshotPorts = {
  readonly engine: ImageEngine;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string>>;
};

/** Exits 0 without output where there is no apt. The names of the lists hold the mirror's, so only digests come out. */
const script = [
  'command -v apt-get >/dev/null || exit 0',
  'apt-get -qq -o APT::Update::Error-Mode=any update >&2 || exit 1',
  'cd /var/lib/apt/lists || exit 1',
  'for list in *InRelease *_Release; do [ ! -f "$list" ] || sha256sum <"$list"; done',
].join('\n');

/**
 * The digest of the package lists that a base image sees now, by whatever mirror it is set up for: over the digests of
 * its suites' InRelease files, which are none in an image without apt. Throws E_IMAGE_SNAPSHOT.
 */
export async function takeSnapshot(base: ImageFact, ports: SnapshotPorts): Promise<string> {
  const { signal } = ports;
  return withRetries(
    async () => {
      const { exitCode, stdout, stderr } = await ports.engine.runThrowaway({
        image: base.id,
        argv: ['/bin/sh', '-c', script],
        env: ports.env,
        labels: { 'slipway.throwaway': 'snapshot' },
        signal,
      });
      if (exitCode !== 0) throw failure(base, stderr);
      return digestOf(stdout);
    },
    { ...ports, tail: () => [] },
  );
}

function failure(base: ImageFact, stderr: string): UserError {
  const name = base.references[0] ?? base.id;
  const said = stderr.trim().split('\n').slice(-4).join('; ');
  return new UserError('E_IMAGE_SNAPSHOT', `cannot read the package lists in ${name}: ${said}`, {
    hint: 'the containers of this engine need a way to the mirror that the base image names: see its network and proxy',
  });
}

function digestOf(stdout: string): string {
  const digests = (stdout.match(/^[0-9a-f]{64}/gm) ?? []).sort();
  return `sha256:${createHash('sha256').update(digests.join('\n')).digest('hex')}`;
}
