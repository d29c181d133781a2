import { createHash, createHmac } from 'node:crypto';
import type { ConfigFile, ContainerOptions, ImageRef } from '../lib/container-spec.ts';

/** sha256 (hex) over image and options: equal specs give equal hashes whatever the order of their keys. */
export function engineHashOf(image: ImageRef, options: ContainerOptions): string {
  const material = canonical({ image: image.id ?? image.reference, options });
  return createHash('sha256').update(material).digest('hex');
}

/** HMACs (hex) of configuration files with the site's key: of each file, and of all. */
export function configHashesOf(
  files: readonly ConfigFile[],
  key: string,
): { readonly configHash: string; readonly fileHashes: Readonly<Record<string, string>> } {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const fileHashes = Object.fromEntries(
    sorted.map((file) => [file.path, hmac(key, `${file.path}\0${file.mode}\0${file.content}`)]),
  );
  return { configHash: hmac(key, canonical(fileHashes)), fileHashes };
}

/** HMAC-sha256 (hex). */
export function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** JSON with sorted keys and without what is undefined. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}
