// A register of people in which many stand twice, with the slips of pens and keyboards between: what the FEBRL generator
// makes (Christen 2005), from a seed and as a stream. Names and places follow a Zipf law, postcodes hang on suburbs,
// some people share a household. Nothing is kept in memory but the people who may still be repeated.
import { createRandom, type Random } from '../math/index.ts';
import { mistype } from './slips.ts';

export type RegisterSettings = {
  seed: number | string;
  records: number;
  /** Share of the records that repeat somebody. */
  duplicateShare: number;
  /** Times that one person may be repeated at most. */
  mostDuplicates: number;
  /** Slips in one repeated record at most; at least one is made. */
  mostSlips: number;
};

export const registerColumns = [
  ...['rec_id', 'given_name', 'surname', 'street_number', 'address_1', 'address_2', 'suburb', 'postcode', 'state'],
  ...['date_of_birth', 'phone_number'],
] as const;

/** Records of strings in the order of `registerColumns`; `rec-N-org` and `rec-N-dup-K` tell who is who. */
export function* drawRegister(settings: RegisterSettings): Generator<string[]> {
  const random = createRandom(settings.seed);
  const world = drawWorld(settings.records, random.fork('world'));
  let written = 0;
  let person = 0;
  let previous: string[] | undefined;
  let owed = 0;
  // Repetitions come well after their person, out of a basket, so that no order tells.
  const basket: { number: number; record: string[]; times: number }[] = [];
  while (written < settings.records) {
    const repeats =
      owed >= 1 && basket.length > 0 && (basket.length > settings.records / 20 || random.uniform() < 0.02);
    if (repeats) {
      const at = random.int(basket.length);
      const { number, record, times } = basket[at];
      yield [`rec-${number}-dup-${times}`, ...spoil(record, world, settings.mostSlips, random)];
      owed--;
      basket[at].times++;
      if (basket[at].times >= settings.mostDuplicates || random.uniform() < 0.6) {
        basket[at] = basket[basket.length - 1];
        basket.pop();
      }
    } else {
      const record: string[] = drawPerson(world, random, previous);
      yield [`rec-${person}-org`, ...record];
      if (basket.length < 200_000) basket.push({ number: person, record, times: 0 });
      previous = record;
      person++;
      owed += settings.duplicateShare / (1 - settings.duplicateShare);
    }
    written++;
  }
}

type World = {
  given: Words;
  surnames: Words;
  streets: Words;
  houses: Words;
  suburbs: Words;
  /** Of each suburb its postcode and state. */
  postcodes: string[];
  states: string[];
};
type Words = { words: string[]; draw(random: Random): number };

const stateNames = ['nsw', 'vic', 'qld', 'wa', 'sa', 'tas', 'act', 'nt'];
const stateShares = Float64Array.of(32, 26, 20, 10, 7, 2, 2, 1);
const streetKinds = ['street', 'place', 'avenue', 'crescent', 'road', 'circuit', 'close', 'court', 'drive', 'lane'];
const onsets = 'b br c ch cl d dr f fr g gr h j k l m mc n p pr r s sh st t th tr v w wh y z'.split(' ');
const vowels = 'a e i o u ai ee ea ia ou ow y'.split(' ');
const codas = ' l n r s t m nd rt ck ll ng st rd x th'.split(' ');
const endings = ['', '', 'son', 'er', 'ley', 'ton', 'man', 'ham', 'field', 'well', 'ski', 'a'];

function drawWorld(records: number, random: Random): World {
  const size = (share: number, least: number) =>
    Math.max(least, Math.round(least * Math.sqrt(records / 10_000) * share));
  const suburbs = words(
    size(1, 800),
    0.7,
    () => nameOf(random, 2) + (random.uniform() < 0.2 ? ` ${nameOf(random, 1)}` : ''),
  );
  const states = suburbs.words.map(() => random.choice(stateShares));
  return {
    given: words(size(0.7, 500), 0.9, () => nameOf(random, 2)),
    surnames: words(
      size(1.5, 2500),
      0.75,
      () => nameOf(random, 1 + random.int(2)) + endings[random.int(endings.length)],
    ),
    streets: words(size(1.5, 3000), 0.4, () => `${nameOf(random, 2)} ${streetKinds[random.int(streetKinds.length)]}`),
    houses: words(
      size(1.5, 3000),
      0.4,
      () => nameOf(random, 2 + random.int(2)) + (random.uniform() < 0.3 ? ` ${nameOf(random, 2)}` : ''),
    ),
    suburbs,
    states: states.map((state) => stateNames[state]),
    postcodes: states.map((state) => String(2000 + 1000 * (state % 7) + random.int(900))),
  };
}

/** So many different words, drawn with a share of rank^-exponent. */
function words(size: number, exponent: number, make: () => string): Words {
  const all = new Set<string>();
  for (let tries = 0; all.size < size && tries < 20 * size; tries++) all.add(make());
  const list = [...all];
  const sums = new Float64Array(list.length);
  let sum = 0;
  for (let rank = 0; rank < list.length; rank++) sums[rank] = sum += (rank + 3) ** -exponent;
  return {
    words: list,
    draw(random) {
      const at = random.uniform() * sum;
      let [low, high] = [0, sums.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle] < at) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

function nameOf(random: Random, syllables: number): string {
  let name = '';
  for (let s = 0; s < syllables; s++) {
    name += onsets[random.int(onsets.length)] + vowels[random.int(vowels.length)] + codas[random.int(codas.length)];
  }
  return name;
}

function drawPerson(world: World, random: Random, neighbour: string[] | undefined): string[] {
  const given = world.given.words[world.given.draw(random)];
  // One in eight lives with the one before: the same name and address, another birthday.
  const shares = neighbour !== undefined && random.uniform() < 0.125;
  const suburb = world.suburbs.draw(random);
  const home = shares
    ? neighbour.slice(1, 8)
    : [
        world.surnames.words[world.surnames.draw(random)],
        String(1 + Math.floor(random.exponential(1 / 60))),
        world.streets.words[world.streets.draw(random)],
        random.uniform() < 0.6 ? world.houses.words[world.houses.draw(random)] : '',
        world.suburbs.words[suburb],
        world.postcodes[suburb],
        world.states[suburb],
      ];
  const born = new Date(Date.UTC(1920, 0, 1) + random.int(365 * 85) * 86_400_000);
  const person = [given, ...home, born.toISOString().slice(0, 10).replaceAll('-', ''), phoneOf(random)];
  return person.map((value, field) => (random.uniform() < missing[field] ? '' : value));
}

/** Shares of empty fields, in the order of the columns after the id. */
const missing = [0.02, 0.01, 0.03, 0.01, 0, 0.01, 0.005, 0.01, 0.02, 0.3];
/** How often slips happen in each field. */
const slipShares = Float64Array.of(14, 16, 8, 16, 12, 12, 9, 3, 9, 5);

function phoneOf(random: Random): string {
  return `0${2 + random.int(7)} ${10_000_000 + random.int(89_999_999)}`;
}

function spoil(record: readonly string[], world: World, most: number, random: Random): string[] {
  const spoilt = [...record];
  const slips = 1 + random.int(most);
  for (let slip = 0; slip < slips; slip++) {
    if (random.uniform() < 0.04) [spoilt[0], spoilt[1]] = [spoilt[1], spoilt[0]];
    else if (random.uniform() < 0.03) [spoilt[3], spoilt[4]] = [spoilt[4], spoilt[3]];
    else {
      const field = random.choice(slipShares);
      spoilt[field] = spoilField(spoilt[field], field, world, random);
    }
  }
  return spoilt;
}

function spoilField(value: string, field: number, world: World, random: Random): string {
  const fate = random.uniform();
  if (fate < 0.12) return '';
  if (fate < 0.18) return anotherValue(value, field, world, random);
  if (value === '') return value;
  return mistype(value, random);
}

function anotherValue(value: string, field: number, world: World, random: Random): string {
  const lists = [world.given, world.surnames, undefined, world.streets, world.houses, world.suburbs];
  const list = lists[field];
  return list === undefined ? mistype(value, random) : list.words[list.draw(random)];
}
