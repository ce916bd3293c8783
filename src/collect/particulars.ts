// What people tell of themselves that another record of theirs may be known by: names, address, day of birth, number.
// None of it is kept as it was sent. It becomes hashes and filters under a key drawn from the workspace's linkage key
// (learn/linkage/normalise/encoded.ts), which linkage compares and nobody reads; see docs/decisions/0022.

import type { Personal } from '../govern/index.ts';
import { type EncodedField, type Encoder, openEncoder } from '../learn/index.ts';
import { type Fields, fieldsOf, noFields, textOf } from './fields.ts';
import { isPlaceholder } from './placeholders.ts';
import { lettersOf } from './redaction.ts';

/** JSON text of the encoded form by field; '' where nothing was told or the workspace keeps none. */
export function particularsOf(traits: Fields, context: Fields, { linkageKey, policy }: Personal): string {
  // Without a secret anybody could make the same forms from lists of names.
  if (linkageKey === '' || policy.linkage !== 'encoded') return '';
  const more = fieldsOf(context['traits']);
  if (traits === noFields && more === noFields) return '';
  const told: Told = {};
  for (const fields of [traits, more]) if (fields !== noFields) read(fields, told);
  const encoder = encoderOf(linkageKey);
  const encoded: Record<string, string> = {};
  for (const field in told) {
    const value = encoder.encode(field as EncodedField, told[field as EncodedField] as string);
    if (value !== '') encoded[field] = value;
  }
  // One thing alone tells nobody from anybody.
  return Object.keys(encoded).length > 1 ? JSON.stringify(encoded) : '';
}

type Told = Partial<Record<EncodedField, string>>;

/** By their letters in lower case, as keys are written with all sorts of marks between. */
const names: Readonly<Record<string, EncodedField>> = {
  firstname: 'given_name',
  givenname: 'given_name',
  forename: 'given_name',
  lastname: 'surname',
  familyname: 'surname',
  surname: 'surname',
  street: 'street',
  street1: 'street',
  streetaddress: 'street',
  address1: 'street',
  addressline1: 'street',
  line1: 'street',
  city: 'city',
  town: 'city',
  locality: 'city',
  postalcode: 'postcode',
  postcode: 'postcode',
  zip: 'postcode',
  zipcode: 'postcode',
  birthday: 'birth_date',
  birthdate: 'birth_date',
  dateofbirth: 'birth_date',
  dob: 'birth_date',
  phone: 'phone',
  phonenumber: 'phone',
  mobile: 'phone',
  mobilephone: 'phone',
  telephone: 'phone',
  email: 'email_name',
  emailaddress: 'email_name',
};
const wholeNames = new Set(['name', 'fullname']);
const addresses = new Set(['address', 'shippingaddress', 'billingaddress', 'deliveryaddress']);

/** Keys that are read, compared without case and punctuation. */
export const particularKeys: readonly string[] = [...Object.keys(names), ...wholeNames, ...addresses];

function read(fields: Fields, told: Told): void {
  for (const key in fields) {
    const value = fields[key];
    const letters = lettersOf(key);
    const field = names[letters];
    if (field !== undefined) tell(told, field, value);
    else if (wholeNames.has(letters)) tellName(told, value);
    else if (addresses.has(letters) && typeof value === 'object') read(fieldsOf(value), told);
  }
}

/** What was told first stands: traits go before the context, and a field of its own before a part of another. */
function tell(told: Told, field: EncodedField, value: unknown): void {
  const text = value instanceof Date ? value.toISOString() : textOf(value).trim();
  if (told[field] !== undefined || isPlaceholder(text) || text.length > 200) return;
  // A hash that somebody made elsewhere is no name, and an address is only one where it has an @.
  if (/^(?:sha256:)?[0-9a-f]{32,}$/i.test(text) || (field === 'email_name' && !text.includes('@'))) return;
  told[field] = text;
}

/** `Anna Maria Schmidt` and `Schmidt, Anna`. */
function tellName(told: Told, value: unknown): void {
  const text = textOf(value).trim();
  const comma = text.indexOf(',');
  const [given, family] =
    comma > 0
      ? [text.slice(comma + 1), text.slice(0, comma)]
      : [text.slice(0, Math.max(0, text.indexOf(' '))), text.slice(text.lastIndexOf(' ') + 1)];
  if (given.trim() === '') return;
  tell(told, 'given_name', given);
  tell(told, 'surname', family);
}

const encoders = new Map<string, Encoder>();

function encoderOf(secret: string): Encoder {
  let known = encoders.get(secret);
  if (known === undefined) {
    known = openEncoder(secret);
    if (encoders.size >= 100) encoders.clear();
    encoders.set(secret, known);
  }
  return known;
}
