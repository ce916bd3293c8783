// E-mail addresses and phone numbers as identifiers: normalised, then SHA-256, so that the same person's address
// meets itself while the address is kept nowhere. Normal forms are those that ad platforms hash (lower case without
// spaces; E.164), so hashes made elsewhere agree; a value that is such a hash already is taken as it is.

import { hash } from 'node:crypto';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

const HASH = /^[0-9a-f]{64}$/i;
const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]{2,}$/;

/** SHA-256 in hex of the normalised address; '' when the value is none. */
export function emailHashOf(value: unknown): string {
  if (typeof value !== 'string' || value.length < 5 || value.length > 320) return '';
  const address = value.trim().toLowerCase();
  if (address.length === 64 && HASH.test(address)) return address;
  return EMAIL.test(address) ? hash('sha256', address) : '';
}

/** Parsing a number costs more than all the rest of a message, and the same numbers come again. */
const phones = new Map<string, string>();
const PHONES_LIMIT = 20_000;

/**
 * SHA-256 in hex of the number in E.164; '' when it cannot be read as one. A number without a country prefix is read
 * in the given country (ISO 3166 alpha-2) and, without one, not at all: guessed, it would weld strangers together.
 */
export function phoneHashOf(value: unknown, country = ''): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length < 5 || text.length > 64) return '';
  if (text.length === 64) return HASH.test(text) ? text.toLowerCase() : '';
  const key = `${country} ${text}`;
  const before = phones.get(key);
  if (before !== undefined) return before;
  const region = country.toUpperCase();
  const number = parsePhoneNumberFromString(text, isSupportedCountry(region) ? (region as CountryCode) : undefined);
  const digest = number?.isPossible() ? hash('sha256', number.number) : '';
  if (phones.size >= PHONES_LIMIT) phones.clear();
  phones.set(key, digest);
  return digest;
}
