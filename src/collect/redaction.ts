// What must not be kept: names, addresses, numbers and other personal data that arrive in properties, traits and
// context. They are dropped by key, at any depth, before the message is written anywhere; e-mail addresses and phone
// numbers inside other texts (a link, a search) are masked. Identity lives in hashes (identifiers.ts), so nothing downstream misses them.

/** Keys whose values are never kept, compared without case and punctuation. */
export const personalKeys: readonly string[] = (
  'email emailaddress useremail customeremail contactemail mail phone phonenumber mobile mobilephone mobilenumber ' +
  'telephone tel fax cellphone firstname lastname middlename fullname givenname familyname surname maidenname ' +
  'displayname username nickname avatar street street1 street2 streetaddress addressline1 addressline2 address1 ' +
  'address2 housenumber postalcode postcode zip zipcode birthday birthdate dateofbirth dob ssn socialsecuritynumber ' +
  'nationalid passport passportnumber driverslicense taxid creditcard cardnumber cardholder cvc cvv iban ' +
  'accountnumber routingnumber password passwd secret token accesstoken authtoken ip ipaddress latitude longitude ' +
  'lat lng lon idfa idfv advertisingid'
).split(' ');

const personal = new Set(personalKeys);
/** Personal only as text: as an object they may hold a city or a country, which are kept. */
const personalAsText = new Set(['address', 'shippingaddress', 'billingaddress', 'deliveryaddress']);

/** `name` is a person's in traits, and a page's or product's elsewhere. */
export type Setting = 'properties' | 'traits';

/** JSON text of an object without what is personal in it. */
export function jsonWithout(value: object | undefined, setting: Setting): string {
  if (value === undefined) return '{}';
  return JSON.stringify(isClean(value, setting, 0) ? value : redact(value, setting, 0));
}

/** The same for any value of unknown shape, as for a message that was refused. */
export function withoutPersonal(value: unknown, setting: Setting): unknown {
  return redactValue(value, setting, 0);
}

/** A text with the e-mail addresses and the phone numbers in international form in it masked. */
export function maskContacts(text: string): string {
  if (!mayHoldContact(text)) return text;
  return text
    .replace(/[\p{L}\p{N}_.+-]{1,64}(?:@|%40)[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63})+/giu, '[email]')
    .replace(/(?<![\w+])(?:\+|%2B)[1-9](?:[\s().-]?\d){7,14}(?!\d)/gi, '[phone]');
}

/** Most texts hold none of three characters, and looking for one is quick. */
export function mayHoldContact(text: string): boolean {
  if (text.includes('@')) return true;
  const isPacked = text.includes('%');
  if (isPacked && text.includes('%40')) return true;
  return (isPacked || text.includes('+')) && /(?:\+|%2B)[1-9]/i.test(text);
}

/** Whether the value under this key is personal whatever it is. */
export function isPersonalKey(key: string): boolean {
  return personal.has(lettersOf(key));
}

/** What lies deeper is cut. */
export const MAX_DEPTH = 12;

export type KeyRule = 0 | 1 | 2 | 3;
export const KEEP: KeyRule = 0;
const DROP: KeyRule = 1;
const DROP_TEXT: KeyRule = 2;
const DROP_IN_TRAITS: KeyRule = 3;

const rules = new Map<string, KeyRule>();
const RULES_LIMIT = 20_000;

/** What a key says of its value. */
export function ruleOf(key: string): KeyRule {
  const before = rules.get(key);
  if (before !== undefined) return before;
  const letters = lettersOf(key);
  const rule =
    personal.has(letters) || maskContacts(key) !== key
      ? DROP
      : personalAsText.has(letters)
        ? DROP_TEXT
        : letters === 'name'
          ? DROP_IN_TRAITS
          : KEEP;
  if (rules.size >= RULES_LIMIT) rules.clear();
  rules.set(key, rule);
  return rule;
}

/** Whether a value goes that stands under a key of this rule. */
export function drops(rule: KeyRule, value: unknown, setting: Setting, depth: number): boolean {
  if (rule === KEEP) return false;
  if (rule === DROP) return true;
  if (rule === DROP_TEXT) return typeof value !== 'object';
  return setting === 'traits' && depth === 0;
}

/** Most messages hold nothing personal: look first, so that only those that do are copied. */
function isClean(value: object, setting: Setting, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isCleanValue(item, setting, depth + 1));
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    const rule = ruleOf(key);
    if (rule !== KEEP && drops(rule, item, setting, depth)) return false;
    if (!isCleanValue(item, setting, depth + 1)) return false;
  }
  return true;
}

function isCleanValue(value: unknown, setting: Setting, depth: number): boolean {
  if (typeof value === 'string') return !mayHoldContact(value);
  return typeof value !== 'object' || value === null || isClean(value, setting, depth);
}

function redact(value: object, setting: Setting, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, setting, depth + 1));
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key !== '__proto__' && !drops(ruleOf(key), item, setting, depth))
      kept[key] = redactValue(item, setting, depth + 1);
  }
  return kept;
}

function redactValue(value: unknown, setting: Setting, depth: number): unknown {
  if (typeof value === 'string') return maskContacts(value);
  return typeof value === 'object' && value !== null ? redact(value, setting, depth) : value;
}

/** A key without case and punctuation. */
export function lettersOf(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]+/g, '');
}
