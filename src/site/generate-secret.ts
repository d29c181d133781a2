/** Kinds of secrets that services declare. `key-set` is a JSON object of Fernet keys by number. */
export const generatedKinds = ['password', 'key-set', 'hmac-key', 'cookie', 'uuid'] as const;
export type GeneratedKind = (typeof generatedKinds)[number];

/** Bytes that nobody can foretell. */
export type RandomBytes = (count: number) => Uint8Array;

/** How many keys a set keeps: those that tokens at large were made with, the primary and the staged one. */
const keysKept = 4;

/**
 * A new secret: a password of 40 letters and digits, an Erlang cookie of 20 capitals, 32 bytes in hexadecimal for an HMAC
 * key, a UUID (version 4), or a set of Fernet keys with a staged key `0` and a primary `1` (keystone's
 * key_repository: the highest number is the primary, 0 becomes the next one).
 */
export function generateSecret(kind: GeneratedKind, random: RandomBytes): string {
  switch (kind) {
    case 'password':
      return lettersOf(alphanumeric, 40, random);
    case 'cookie':
      return lettersOf(capitals, 20, random);
    case 'hmac-key':
      return Buffer.from(random(32)).toString('hex');
    case 'uuid':
      return uuid(random);
    case 'key-set':
      return JSON.stringify({ 0: fernetKey(random), 1: fernetKey(random) });
    default:
      return kind satisfies never;
  }
}

/**
 * The successor of a secret. A key set is rotated as keystone does it: the staged key becomes the primary, a new one is
 * staged and the oldest are dropped, so that what was made with the last keys stays valid. Anything else is made anew.
 */
export function rotateSecret(kind: GeneratedKind, current: string, random: RandomBytes): string {
  const keys = kind === 'key-set' ? readKeySet(current) : undefined;
  const staged = keys?.get(0);
  if (!keys || staged === undefined) return generateSecret(kind, random);
  const numbers = [...keys.keys()].filter((number) => number > 0).sort((a, b) => a - b);
  const kept = numbers.slice(-(keysKept - 2)).map((number) => [number, keys.get(number)] as const);
  const primary = (numbers.at(-1) ?? 0) + 1;
  return JSON.stringify(Object.fromEntries([[0, fernetKey(random)], ...kept, [primary, staged]]));
}

/** The keys of a set by number; undefined for a text that is none. */
export function readKeySet(text: string): ReadonlyMap<number, string> | undefined {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
    const entries = Object.entries(data);
    const fits = entries.every(([number, key]) => /^\d+$/.test(number) && /^[\w-]{43}=$/.test(String(key)));
    if (!fits || entries.length === 0) return undefined;
    return new Map(entries.map(([number, key]) => [Number(number), String(key)]));
  } catch {
    return undefined;
  }
}

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const alphanumeric = `${capitals}${capitals.toLowerCase()}0123456789`;

/** Each letter is equally likely: bytes past the last whole multiple of the alphabet are thrown away. */
function lettersOf(alphabet: string, length: number, random: RandomBytes): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < fair && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}

/** 32 bytes in base64 for URLs, with its padding (the Fernet specification). */
function fernetKey(random: RandomBytes): string {
  return `${Buffer.from(random(32)).toString('base64url')}=`;
}

function uuid(random: RandomBytes): string {
  const bytes = Buffer.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
