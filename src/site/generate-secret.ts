import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** How secrets are made; services name the kind in `service.yml`. */
export type GeneratedKind = 'password' | 'key-set' | 'hmac-key' | 'cookie' | 'uuid';

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/**
 * A new secret: a password of 40 letters and digits (no special characters: they stand in URLs and configuration files),
 * a set of Fernet keys `{"0": staged, "1": primary}` as JSON (each 32 bytes, URL-safe base64, as Keystone wants them), an
 * HMAC key (64 hexadecimal digits), an Erlang cookie (20 capitals), a UUID.
 */
export function generateSecret(kind: GeneratedKind): string {
  switch (kind) {
    case 'password':
      return pick(letters, 40);
    case 'key-set':
      return JSON.stringify({ '0': fernetKey(), '1': fernetKey() });
    case 'hmac-key':
      return randomBytes(32).toString('hex');
    case 'cookie':
      return pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 20);
    case 'uuid':
      return randomUUID();
    default:
      return kind satisfies never;
  }
}

function fernetKey(): string {
  return randomBytes(32).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
