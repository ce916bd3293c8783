// What ad platforms match people by (the SHA-256 of an address or number without our pepper), sealed with AES-256-GCM
// under a key drawn from the pepper. Kept only where the workspace wants to reach people elsewhere.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export type ActivationHashes = { email?: string; phone?: string };

const IV_BYTES = 12;
const TAG_BYTES = 16;

export function seal(hashes: ActivationHashes, pepper: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(pepper), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(hashes), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Throws where it was sealed under another pepper, or changed since. */
export function unseal(sealed: string, pepper: string): ActivationHashes {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(pepper), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString('utf8')) as ActivationHashes;
}

const keys = new Map<string, Buffer>();

function keyOf(pepper: string): Buffer {
  let key = keys.get(pepper);
  if (key === undefined) {
    key = Buffer.from(hkdfSync('sha256', pepper, '', 'inkling activation hashes', 32));
    keys.set(pepper, key);
  }
  return key;
}
