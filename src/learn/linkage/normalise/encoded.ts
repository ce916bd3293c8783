// Names, places and days in a form that can be compared and not be read (Schnell, Bachteler and Reiher 2009): under a
// secret key, hashes of the normal form, of another spelling of it and of what is near it, and a Bloom filter of the
// pairs of letters, whose Dice coefficient stands in for likeness of letters. Parts, with dots between:
//   whole . alias . near . more . filter
// Filters have 256 bits, six to a pair of letters, each bit chosen by one byte of an HMAC (random hashing, which no
// linear relation between hash functions gives away; Schnell and Borgs 2016).

import { createHmac, createSecretKey } from 'node:crypto';
import { plainAddress } from './address.ts';
import { dayOf } from './day.ts';
import { nicknameOf } from './nicknames.ts';
import { soundOf } from './sound.ts';
import { plainText } from './text.ts';

/** What is encoded, and the dictionary it shares: given and family names stand in each other's place. */
export const encodedFields = {
  given_name: 'name',
  surname: 'name',
  street: 'street',
  city: 'city',
  postcode: 'postcode',
  birth_date: 'day',
  phone: 'phone',
  email_name: 'email',
} as const;
export type EncodedField = keyof typeof encodedFields;

export type Encoder = {
  /** '' where nothing can be said. */
  encode(field: EncodedField, text: string): string;
};

export const FILTER_BITS = 256;
const BITS_A_PAIR = 6;
const HASH_BYTES = 6;
/** Values that are remembered: names and towns come again and again. */
const REMEMBERED = 20_000;

const whole = /^[\w-]{8}(?:\.[\w-]{0,8}){3}\.[\w-]{43}$/;

/** Whether a text is such a form. */
export function isEncoded(text: string): boolean {
  return whole.test(text);
}

/** One of the first four parts. */
export function encodedPart(value: string, part: 'whole' | 'alias' | 'near' | 'more'): string {
  return value.split('.', 4)[['whole', 'alias', 'near', 'more'].indexOf(part)] ?? '';
}

/** The filter as eight words of 32 bits. */
export function filterOf(value: string): Int32Array {
  const bytes = Buffer.from(value.slice(value.lastIndexOf('.') + 1), 'base64url');
  return Int32Array.from({ length: FILTER_BITS / 32 }, (_, word) => bytes.readInt32LE(4 * word));
}

/** An encoder under a secret; the same secret gives the same forms. */
export function openEncoder(secret: string): Encoder {
  const key = createSecretKey(createHmac('sha256', secret).update('inkling linkage 1').digest());
  const known = new Map(Object.keys(encodedFields).map((field) => [field, remembering<string>()]));
  const hashes = remembering<string>();
  const places = remembering<Buffer>();
  const keyed = (text: string) => createHmac('sha256', key).update(text).digest();
  const hashOf = (what: string, text: string) =>
    text === '' ? '' : keyed(`${what}\n${text}`).subarray(0, HASH_BYTES).toString('base64url');
  /** Of what many values have in common. */
  const commonHashOf = (what: string, text: string) => hashes(`${what}\n${text}`, () => hashOf(what, text));
  const placesOf = (what: string, pair: string) =>
    places(`${what}\nfilter\n${pair}`, (named) => keyed(named).subarray(0, BITS_A_PAIR));
  const make = (field: EncodedField, text: string): string => {
    const form = forms[field](text);
    if (form === undefined || form.whole === '') return '';
    const what = encodedFields[field];
    const filter = Buffer.alloc(FILTER_BITS / 8);
    for (const pair of form.pairs) for (const bit of placesOf(what, pair)) filter[bit >> 3] |= 1 << (bit & 7);
    return [
      hashOf(what, form.whole),
      hashOf(`${what} alias`, form.alias),
      commonHashOf(`${what} near`, form.near),
      commonHashOf(`${what} more`, form.more),
      filter.toString('base64url'),
    ].join('.');
  };
  return {
    encode(field, text) {
      if (text.length > 200) return '';
      const remembered = known.get(field) as ReturnType<typeof remembering<string>>;
      return remembered(text, () => make(field, text));
    },
  };
}

/** Values by name, made once while there is room; then begun anew. */
function remembering<T>(): (name: string, make: (name: string) => T) => T {
  const values = new Map<string, T>();
  return (name, make) => {
    let value = values.get(name);
    if (value === undefined) {
      value = make(name);
      if (values.size >= REMEMBERED) values.clear();
      values.set(name, value);
    }
    return value;
  };
}

type Form = { whole: string; alias: string; near: string; more: string; pairs: readonly string[] };

const titles = /^(?:mr|mrs|ms|miss|dr|prof|herr|frau|sir|madame|mme|sr|sra)\s+/;

const forms: Record<EncodedField, (text: string) => Form | undefined> = {
  given_name: nameForm,
  surname: nameForm,
  street: (text) => {
    const plain = plainAddress(text);
    const words = plain.split(' ').filter((word) => !/^\d/.test(word));
    const numbers = plain.split(' ').filter((word) => /^\d/.test(word));
    return {
      whole: plain,
      alias: [...plain.split(' ')].sort().join(' '),
      near: words[0] ?? '',
      more: numbers.join(' '),
      pairs: pairsOf(plain),
    };
  },
  city: (text) => {
    const plain = plainAddress(text);
    return { whole: plain, alias: plain.replaceAll(' ', ''), near: soundOf(plain), more: '', pairs: pairsOf(plain) };
  },
  postcode: (text) => {
    const plain = plainText(text).replaceAll(' ', '');
    return { whole: plain, alias: '', near: plain.slice(0, 3), more: '', pairs: pairsOf(plain) };
  },
  birth_date: (text) => {
    const day = dayOf(text);
    if (day === '') return undefined;
    const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6)];
    // Day and month in one order whichever way they were written.
    const alias = year + (month < date ? month + date : date + month);
    return {
      whole: day,
      alias,
      near: day.slice(4),
      more: year,
      pairs: [...day].map((digit, place) => `${place}${digit}`),
    };
  },
  phone: (text) => {
    // The last nine digits: prefixes of the country and the trunk are written or not.
    const digits = text.replace(/\D/g, '').slice(-9);
    if (digits.length < 5) return undefined;
    return { whole: digits, alias: '', near: digits.slice(-4), more: '', pairs: pairsOf(digits) };
  },
  email_name: (text) => {
    // Mostly made of the name, so that what is alike in it has been told already; only the very same says something more.
    const plain = plainText(text.split('@', 1)[0].replace(/\+.*/, '')).replaceAll(' ', '');
    return { whole: plain, alias: '', near: '', more: '', pairs: [] };
  },
};

function nameForm(text: string): Form {
  const plain = plainText(text).replace(titles, '').replaceAll(' ', '');
  const root = nicknameOf(plain);
  return { whole: plain, alias: root, near: soundOf(root), more: plain.slice(0, 3), pairs: pairsOf(plain) };
}

/** Neighbouring letters, with the ends marked. */
function pairsOf(text: string): string[] {
  const marked = `_${text}_`;
  return Array.from({ length: marked.length - 1 }, (_, at) => marked.slice(at, at + 2));
}
