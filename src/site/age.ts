import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

/** A new age identity (X25519), `AGE-SECRET-KEY-1…`. */
export function newIdentity(): Promise<string> {
  return generateX25519Identity();
}

/** The recipient, `age1…`, of an identity. Rejects for what is no identity. */
export function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity);
}

/** Encrypts text for recipients; base64, on one line. */
export async function encryptText(text: string, recipients: readonly string[]): Promise<string> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return Buffer.from(await encrypter.encrypt(text)).toString('base64');
}

/** Decrypts what `encryptText` made; undefined when none of the identities is for it or it was altered. */
export async function decryptText(
  encrypted: string,
  identities: readonly string[],
): Promise<string | undefined> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(Buffer.from(encrypted, 'base64'), 'text');
  } catch {
    return undefined;
  }
}
