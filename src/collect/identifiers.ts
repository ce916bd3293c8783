// E-mail addresses and phone numbers as identifiers: normalised, then SHA-256, then HMAC-SHA-256 under the pepper of the
// workspace, so that the same person's address meets itself while the address is kept nowhere. A value that is a hash
// already is recognised and not hashed twice: SHA-256 gets the pepper as if it had been made here; MD5 and SHA-1 cannot
// become a SHA-256, so they are identifiers of their own.

import { hash } from 'node:crypto';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { type ForeignHash, pseudonymOf } from '../govern/index.ts';
import { readAddress } from './address.ts';

export type Hashed = {
  /** Peppered, in hex: the identifier. */
  hash: string;
  /** Without the pepper: what ad platforms match by. '' for hashes that are none of theirs. */
  plain: string;
  /** Peppered hashes of other forms that the same value is known by elsewhere. */
  also: string[];
  /** Peppered MD5 and SHA-1, by kind. */
  foreign: Partial<Record<ForeignHash, string>>;
};

export type HashOptions = { pepper?: string; alsoMatch?: readonly ForeignHash[]; country?: string };

/** The hashes of an address or its hash; undefined when the value is neither. */
export function hashEmail(value: unknown, { pepper = '', alsoMatch = [] }: HashOptions = {}): Hashed | undefined {
  if (typeof value !== 'string') return undefined;
  const address = readAddress(value);
  if (address === undefined) return fromHash(value, pepper);
  const [sha, plain] = [hash('sha256', address.canonical), hash('sha256', address.plain)];
  return {
    hash: withPepper(sha, pepper),
    plain,
    also: plain === sha ? [] : [withPepper(plain, pepper)],
    foreign: Object.fromEntries(alsoMatch.map((kind) => [kind, withPepper(hash(kind, address.plain), pepper)])),
  };
}

/**
 * The hashes of a number in E.164 or of its hash; undefined when it cannot be read as one. A number without a country
 * prefix is read in the given country (ISO 3166 alpha-2) and, without one, not at all: guessed, it would weld strangers
 * together.
 */
export function hashPhone(
  value: unknown,
  { pepper = '', alsoMatch = [], country = '' }: HashOptions = {},
): Hashed | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length < 5 || text.length > 64) return undefined;
  const number = readPhone(text, country);
  if (number === '') return fromHash(text, pepper);
  const sha = hash('sha256', number);
  const foreign = Object.fromEntries(alsoMatch.map((kind) => [kind, withPepper(hash(kind, number), pepper)]));
  return { hash: withPepper(sha, pepper), plain: sha, also: [], foreign };
}

/** The peppered hash of an address; '' when the value is none. */
export function emailHashOf(value: unknown, pepper = ''): string {
  return hashEmail(value, { pepper })?.hash ?? '';
}

/** The peppered hash of a number; '' when the value is none. */
export function phoneHashOf(value: unknown, country = '', pepper = ''): string {
  return hashPhone(value, { pepper, country })?.hash ?? '';
}

/** Whether an id is an address, or a number in international form. */
export function contactIn(id: string): 'email' | 'phone' | undefined {
  if (id.includes('@')) return readAddress(id) ? 'email' : undefined;
  return id[0] === '+' && readPhone(id, '') !== '' ? 'phone' : undefined;
}

/** Parsing a number costs more than all the rest of a message, and the same numbers come again. */
const phones = new Map<string, string>();
const PHONES_LIMIT = 20_000;

/** E.164; '' when the text is no number. */
function readPhone(text: string, country: string): string {
  const key = `${country} ${text}`;
  const before = phones.get(key);
  if (before !== undefined) return before;
  const region = country.toUpperCase();
  const known = isSupportedCountry(region) ? (region as CountryCode) : undefined;
  // 00 is the ITU's prefix for going abroad; where a country has another, its own rules are known.
  const dialled = known === undefined ? text.trim().replace(/^00(?=[1-9])/, '+') : text;
  const number = /[a-f]/i.test(text) && text.length >= 24 ? undefined : parsePhoneNumberFromString(dialled, known);
  const read = number?.isPossible() ? number.number : '';
  if (phones.size >= PHONES_LIMIT) phones.clear();
  phones.set(key, read);
  return read;
}

const FORMS: readonly { kind: 'sha256' | ForeignHash; hex: RegExp; base64: RegExp }[] = [
  { kind: 'sha256', hex: /^[0-9a-f]{64}$/i, base64: /^[A-Za-z0-9+/_-]{43}=?$/ },
  { kind: 'sha1', hex: /^[0-9a-f]{40}$/i, base64: /^[A-Za-z0-9+/_-]{27}=$/ },
  { kind: 'md5', hex: /^[0-9a-f]{32}$/i, base64: /^[A-Za-z0-9+/_-]{22}==$/ },
];

function fromHash(value: string, pepper: string): Hashed | undefined {
  const text = value.trim();
  for (const { kind, hex, base64 } of FORMS) {
    const isHex = hex.test(text);
    if (!isHex && !base64.test(text)) continue;
    const digest = isHex ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex');
    const peppered = withPepper(digest, pepper);
    if (kind === 'sha256') return { hash: peppered, plain: digest, also: [], foreign: {} };
    return { hash: '', plain: '', also: [], foreign: { [kind]: peppered } };
  }
  return undefined;
}

function withPepper(digest: string, pepper: string): string {
  return pepper === '' ? digest : pseudonymOf(pepper, digest);
}
