// Pseudonyms: with the pepper of a workspace (personal.ts) the same value gives the same one within the workspace, and
// nobody without it can try values out.

import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 in hex. */
export function pseudonymOf(pepper: string, text: string): string {
  return createHmac('sha256', pepper).update(text).digest('hex');
}

const HASHED = /^sha256:[0-9a-f]{64}$/;

/** A value as a rule that hashes leaves it; one that is such a hash already stays, for messages are sent again. */
export function hashedValue(pepper: string, text: string): string {
  return HASHED.test(text) ? text : `sha256:${pseudonymOf(pepper, text)}`;
}
