// Who the shoppers are: temper (hidden), person (what an account would tell), devices and identities. Everything is
// drawn once, in the order of the shoppers, from one stream; what changes day by day is kept on the same record.
import type { Random } from '../math/index.ts';
import type { Campaign } from './calendar.ts';
import type { Product, Shelf } from './catalogue.ts';
import { type DeviceKind, type DeviceModel, drawModel } from './devices.ts';
import type { Manner } from './manner.ts';
import type { ShopSettings } from './settings.ts';
import { mix, scramble24 } from './wire.ts';

/** A place to shop from. `anonymousId` is empty where visitors have none (store, marketplace). */
export type Device = {
  kind: DeviceKind;
  model: DeviceModel;
  anonymousId: string;
  /** The user id that the device sends along after a login, until it is forgotten. */
  loggedInAs: string | undefined;
  /** Whether an identify call from it is part of the history. */
  introduced: boolean;
};

export type Shopper = {
  number: number;
  /** Hash of seed and number, from which ids and coupon draws are made. */
  key: number;
  /** Day of the first visit. Negative: before the history. */
  arrivalDay: number;

  /** Factors of the average shopper's 1: speed of becoming interested, readiness to buy, visits, impulse. */
  pace: number;
  buyer: number;
  habit: number;
  impulse: number;
  lapseRate: number;
  replenishRate: number;
  /** Factor on wanting something at once, without browsing. */
  resolve: number;
  /** Day from which interest has nearly gone. */
  fadesFrom: number;
  /** How a shopper of a clear type shops; undefined = as intent alone has it. */
  manner: Manner | undefined;
  priceSensitivity: number;
  persuadability: number;
  openRate: number;
  /** Mailings go out after `subscribedFrom`; the first one from `subscribedUntil` on is answered by unsubscribing. */
  subscribedFrom: number;
  subscribedUntil: number;

  person: Person;
  /** Empty for guests. */
  userId: string;
  marketplaceUserId: string;
  marketplaceSharesEmail: boolean;
  devices: Device[];
  /** Cumulative preference over the shelves, and the favourite brand. */
  taste: Float64Array;
  favouriteBrand: string;

  /** Intent at the start of the day that comes next. */
  state: number;
  signedUp: boolean;
  unsubscribed: boolean;
  cookies: number;
  /** Every identifier that has been seen, as the facts' `anchor` spells it. */
  anchors: string[];
  firstEventDay: number;
  /** Days of the history with a completed order, ascending. */
  purchaseDays: number[];
  focus: Product | undefined;
  cart: Product[];
};

export type Home = Readonly<{ street: string; postalCode: string; city: string; country: string }>;

export type Person = {
  firstName: string;
  lastName: string;
  gender: 'female' | 'male' | 'other';
  age: number;
  email: string;
  phone: string;
  /** ISO 8601. */
  birthday: string;
  /** Where they live, and from `movesOn` (day of the history) on. */
  homes: readonly [Home, Home];
  movesOn: number;
  place: Place;
  ip: string;
};

/** Where people live; `hoursFromUtc` is winter time. */
export type Place = {
  location: Readonly<{ country: string; city: string }>;
  locale: string;
  timezone: string;
  hoursFromUtc: number;
  dialling: string;
};

const places: readonly Place[] = [
  place('DE', 'Berlin', 'de-DE', 'Europe/Berlin', 1, '+49 151 '),
  place('DE', 'Munich', 'de-DE', 'Europe/Berlin', 1, '+49 170 '),
  place('DE', 'Hamburg', 'de-DE', 'Europe/Berlin', 1, '+49 160 '),
  place('GB', 'London', 'en-GB', 'Europe/London', 0, '+44 79'),
  place('GB', 'Leeds', 'en-GB', 'Europe/London', 0, '+44 77'),
  place('FR', 'Lyon', 'fr-FR', 'Europe/Paris', 1, '+33 6 '),
  place('NL', 'Utrecht', 'nl-NL', 'Europe/Amsterdam', 1, '+31 6 '),
  place('ES', 'Valencia', 'es-ES', 'Europe/Madrid', 1, '+34 6'),
  place('US', 'Boston', 'en-US', 'America/New_York', -5, '+1'),
  place('US', 'Seattle', 'en-US', 'America/Los_Angeles', -8, '+1'),
];
const placeWeights = Float64Array.of(14, 10, 8, 15, 6, 12, 9, 6, 12, 8);
const firstNames = {
  female:
    'Anna,Clara,Emma,Grace,Hanna,Ines,Julia,Lea,Maria,Nora,Olivia,Paula,Sara,Tess,Vera,Zoe,Alice,Bettina,Carmen,Diana,Elisabeth,Frieda,Greta,Helena,Irene,Johanna,Katharina,Lotte,Margaret,Nadia,Odette,Petra,Rosa,Sophie,Teresa,Ursula,Valeria,Wilma,Yvonne,Amelie,Charlotte,Dorothy,Eleanor,Florence,Jennifer,Matilda,Patricia,Victoria'.split(
      ',',
    ),
  male: 'Adam,Ben,Carl,David,Erik,Felix,Henry,Jan,Leo,Marc,Noah,Oscar,Paul,Sam,Tom,Victor,Albert,Bruno,Christopher,Daniel,Edward,Frederick,Gregory,Hugo,Ivan,Jonathan,Konrad,Lorenzo,Michael,Nicholas,Otto,Peter,Quentin,Robert,Stephen,Thomas,Ulrich,Vincent,Walter,Xavier,Anthony,Benedict,Dominic,Emil,Gustav,Julian,Matthew,Samuel'.split(
    ',',
  ),
  other: 'Alex,Charlie,Kim,Luca,Robin,Sascha,Toni,Jules'.split(','),
};
const lastNames =
  'Adler,Bakker,Clarke,Dubois,Evans,Fischer,Green,Hansen,Jansen,Keller,Lindberg,Martin,Novak,Olsen,Parker,Roth,Schmidt,Turner,Visser,Weber,Abbott,Bernard,Castillo,Dijkstra,Engel,Ferrari,Garcia,Hofmann,Ivanova,Jacobs,Kowalski,Lambert,Mendoza,Nowak,Ortega,Petit,Quinn,Richter,Sanchez,Taylor,Underwood,Vogel,Wagner,Young,Zimmermann,Andersson,Brandt,Cooper,Delgado,Edwards,Fournier,Girard,Hughes,Iversen,Johnson,Krause,Laurent,Moreau,Nielsen,Oliveira,Phillips,Robinson,Schneider,Thompson,Vandenberg,Wright,Becker,Carter,Dupont,Ellis,Fletcher,Gruber,Harrison,Jensen,Kaiser,Lefebvre,Morgan,Navarro,Peters,Ramos,Sommer,Torres,Voss,Winter,Barnes,Coleman,Dawson,Franke,Graham,Holm,Kramer,Lange,Marshall,Neumann,Palmer,Rossi,Stewart,Urban,Verhoeven,Ward'.split(
    ',',
  );
const noHome: Home = { street: '', postalCode: '', city: '', country: '' };
/** Settled when all are there (homes.ts), for some live with another. */
const nowhere = { birthday: '', homes: [noHome, noHome] as const, movesOn: Number.POSITIVE_INFINITY };
const mailHosts = ['example.com', 'example.org', 'example.net'];
/** Days of hidden life before the history, so that it opens on a shop in full swing. */
export const warmUpDays = 90;

export function settle(settings: ShopSettings, shelves: readonly Shelf[], secret: number, random: Random): Shopper[] {
  return Array.from({ length: settings.shoppers }, (_, number) =>
    drawShopper(settings, shelves, secret, number, random),
  );
}

/** Whether the shop's random draw for the campaign's test sends this shopper the coupon. */
export function isTreated(shopper: Shopper, campaign: Campaign, settings: ShopSettings): boolean {
  return mix(shopper.key, campaign.ordinal, 7) / 0x100000000 < settings.treatmentShare;
}

function drawShopper(
  settings: ShopSettings,
  shelves: readonly Shelf[],
  secret: number,
  number: number,
  random: Random,
): Shopper {
  const isNew = random.uniform() < settings.newShopperShare;
  const arrivalDay = isNew ? random.int(settings.days) : random.int(warmUpDays) - warmUpDays;
  const { accountReluctance, ...temper } = drawTemper(random);
  const hasAccount = random.uniform() < settings.accountShare ** accountReluctance;
  const subscribes = hasAccount && random.uniform() < settings.subscriberShare;
  const hasSecond = hasAccount && random.uniform() < settings.duplicateAccountShare;
  const code = scramble24(number, secret);
  const patienceDays = 14 + Math.ceil(random.exponential(1 / 300));
  const person = drawPerson(code, random);
  const taste = drawTaste(shelves, random);
  const userId = hasAccount ? `c${code.toString(16).padStart(6, '0')}` : '';
  if (person.gender === 'female') temper.buyer *= Math.exp(settings.demographicBias);
  return {
    number,
    key: mix(secret, number, 1),
    arrivalDay,
    ...temper,
    resolve: 1,
    fadesFrom: Number.POSITIVE_INFINITY,
    manner: undefined,
    subscribedFrom: subscribes ? arrivalDay : Number.POSITIVE_INFINITY,
    subscribedUntil: subscribes ? arrivalDay + patienceDays : Number.POSITIVE_INFINITY,
    person,
    userId,
    marketplaceUserId: hasSecond ? `mp-${scramble24(code, secret >>> 5).toString(36)}` : '',
    marketplaceSharesEmail: random.uniform() < 0.6,
    devices: drawDevices(hasAccount, hasSecond, isNew ? '' : userId, random),
    taste,
    favouriteBrand: drawBrand(shelves, taste, random),
    signedUp: hasAccount && !isNew,
    unsubscribed: subscribes && arrivalDay + patienceDays < 0,
    cookies: 0,
    anchors: [],
    firstEventDay: Number.POSITIVE_INFINITY,
    purchaseDays: [],
    focus: undefined,
    cart: [],
  };
}

const start = Float64Array.of(0, 0.15, 0.6, 0.17, 0.08, 0);
const oneOffStart = Float64Array.of(0, 0.8, 0.15, 0.03, 0.02, 0);

/** Five tempers: regulars who buy about weekly, loyal buyers, window-shoppers who look hot and rarely buy, one-off visitors, and everyone between. */
function drawTemper(random: Random) {
  const kind = random.choice(Float64Array.of(0.03, 0.083, 0.1, 0.387, 0.4));
  const spread = (deviation: number) => Math.exp(deviation * random.normal() - (deviation * deviation) / 2);
  return {
    pace: [28, 7, 2, 0.3, 0.75][kind] * spread(0.2),
    buyer: [2.6, 1.7, 0.4, 0.8, 0.95][kind] * spread(0.2),
    state: random.choice(kind === 3 ? oneOffStart : start),
    accountReluctance: [0.15, 0.25, 1, 2.5, 0.7][kind],
    habit: [1.2, 1.2, 1, 0.7, 1][kind] * spread(0.25),
    impulse: [2, 2, 0.5, 0.6, 1][kind] * spread(0.8),
    lapseRate: [0.0005, 0.001, 0.004, 0.008, 0.003][kind],
    replenishRate: [0.5, 0.12, 0.004, 0.002, 0.01][kind],
    priceSensitivity: random.gamma(4, 0.25),
    persuadability: 1 + random.normal(),
    openRate: 0.08 + 0.44 * random.uniform() ** 1.5,
  };
}

function drawPerson(code: number, random: Random): Person {
  const gender = (['female', 'male', 'other'] as const)[random.choice(Float64Array.of(0.52, 0.45, 0.03))];
  const firstName = firstNames[gender][random.int(firstNames[gender].length)];
  const lastName = lastNames[random.int(lastNames.length)];
  const home = places[random.choice(placeWeights)];
  const host = mailHosts[random.int(mailHosts.length)];
  return {
    firstName,
    lastName,
    gender,
    age: Math.round(18 + random.gamma(3, 7.5)),
    email: `${firstName}.${lastName}${code}@${host}`.toLowerCase(),
    phone: phoneOf(home, code),
    ...nowhere,
    place: home,
    // 100.64.0.0/10 is set aside for carriers (RFC 6598): no one on the public net has such an address.
    ip: `100.${64 + (code >>> 18)}.${(code >>> 10) & 255}.${(code >>> 2) & 255}`,
  };
}

/** Two shelves take most of a person's attention. */
function drawTaste(shelves: readonly Shelf[], random: Random): Float64Array {
  const taste = new Float64Array(shelves.length).fill(0.25 / shelves.length);
  taste[random.int(shelves.length)] += 0.5;
  taste[random.int(shelves.length)] += 0.25;
  for (let i = 1; i < taste.length; i++) taste[i] += taste[i - 1];
  return taste;
}

function drawBrand(shelves: readonly Shelf[], taste: Float64Array, random: Random): string {
  const { brands } = shelves[shelfOf(taste, random.uniform())];
  return brands[random.int(brands.length)];
}

/** The shelf that a uniform number points at. */
export function shelfOf(taste: Float64Array, uniform: number): number {
  for (let i = 0; i < taste.length - 1; i++) if (uniform < taste[i]) return i;
  return taste.length - 1;
}

function drawDevices(hasAccount: boolean, hasSecond: boolean, userId: string, random: Random): Device[] {
  const kinds: DeviceKind[] = [];
  if (random.uniform() < 0.62) kinds.push('desktop');
  if (random.uniform() < 0.6) kinds.push('mobile');
  if (hasAccount && random.uniform() < 0.3) kinds.push(random.uniform() < 0.5 ? 'ios' : 'android');
  if (kinds.length === 0) kinds.push('mobile');
  if (random.uniform() < 0.08) kinds.push('tablet');
  if (hasAccount && random.uniform() < 0.15) kinds.push('store');
  if (hasSecond) kinds.push('marketplace');
  return kinds.map((kind) => ({
    kind,
    model: drawModel(kind, random),
    anonymousId: '',
    loggedInAs: userId !== '' && random.uniform() < 0.5 ? userId : undefined,
    introduced: false,
  }));
}

/** Distinct for distinct codes below 2^24, and of the country's mobile format. */
function phoneOf(home: Place, code: number): string {
  if (home.location.country !== 'US') return home.dialling + String(code).padStart(8, '0');
  const areaCodes = [206, 212, 213, 303, 305, 312, 404, 415, 503, 512, 602, 612, 617, 702, 713, 718];
  return `${home.dialling} ${areaCodes[code >>> 20]} ${2_000_000 + (code & 0xfffff)}`;
}

function place(
  country: string,
  city: string,
  locale: string,
  timezone: string,
  hoursFromUtc: number,
  dialling: string,
): Place {
  return { location: Object.freeze({ country, city }), locale, timezone, hoursFromUtc, dialling };
}
