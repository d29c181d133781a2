import { UserError } from '../lib/errors.ts';

/** What curl, apt, git, pip and the engine say when the network or a server failed, not the build itself. */
const passing = [
  /temporary failure (in name resolution|resolving)/i,
  /could not (resolve|connect)|unable to connect/i,
  /connection (timed out|reset|refused)|operation timed out|i\/o timeout/i,
  /TLS handshake timeout|network is unreachable|no route to host/i,
  /failed to fetch .* (5\d\d|hash sum mismatch|undetermined error)/i,
  /hash sum mismatch|unexpected EOF|file has unexpected size/i,
  /\b(500 internal server error|502 bad gateway|503 service unavailable|504 gateway time-?out|429 too many requests)\b/i,
  /received unexpected HTTP status: 5\d\d/i,
];

/**
 * True for a failure that may be gone at the next attempt. `tail` is what the failed step printed last. A missing
 * package or file (404) is none: it fails each time.
 */
export function isTransient(error: unknown, tail: readonly string[]): boolean {
  if (!(error instanceof UserError)) return false;
  if (error.code === 'E_IMAGE_TRANSFER') return says(error.message);
  if (error.code !== 'E_IMAGE_BUILD' && error.code !== 'E_IMAGE_SNAPSHOT') return false;
  return [error.message, ...tail].some(says);
}

function says(text: string): boolean {
  return passing.some((pattern) => pattern.test(text));
}
