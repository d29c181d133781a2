import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { UserError } from '../lib/errors.ts';

/** A new age identity (X25519), `AGE-SECRET-KEY-1…`. */
export function newIdentity(): Promise<string> {
  return generateX25519Identity();
}

/** The recipient, `age1…`, of an identity. Throws E_SECRETS_IDENTITY for what is no identity; it is not quoted. */
export async function recipientOf(identity: string): Promise<string> {
  try {
    return await identityToRecipient(identity);
  } catch {
    throw new UserError('E_SECRETS_IDENTITY', 'a line that begins with AGE-SECRET-KEY- is no age identity', {
      hint: 'take the key file from a backup; a whole identity has 74 characters',
    });
  }
}

/** Encrypts text for recipients; base64, on one line. Throws E_SECRETS_FILE for what is no recipient. */
export async function encryptText(text: string, recipients: readonly string[]): Promise<string> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) addRecipient(encrypter, recipient);
  return Buffer.from(await encrypter.encrypt(text)).toString('base64');
}

/** Decrypts what `encryptText` made; undefined when none of the identities is for it or it was altered. */
export async function decryptText(
  encrypted: string,
  identities: readonly string[],
): Promise<string | undefined> {
  const decrypter = new Decrypter();
  try {
    for (const identity of identities) decrypter.addIdentity(identity);
    return await decrypter.decrypt(Buffer.from(encrypted, 'base64'), 'text');
  } catch {
    return undefined;
  }
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new UserError('E_SECRETS_FILE', `"${recipient}" is no age recipient`, {
      hint: 'the recipients of secrets.yml are public keys (age1…), as age-keygen -y prints them',
    });
  }
}
