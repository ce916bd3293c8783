// Where somebody lives.
import type { KeyOf, Kind } from '../kind.ts';
import { shareOf, whole } from '../kind.ts';
import { plainAddress } from '../normalise/address.ts';
import { soundOf } from '../normalise/sound.ts';
import { plainText } from '../normalise/text.ts';

const sound: KeyOf = { name: 'sound', of: soundOf };
const firstWord: KeyOf = { name: 'first word', of: (value) => value.split(' ', 1)[0] };
const compact = (text: string) => plainText(text).replaceAll(' ', '');

export const street: Kind = {
  name: 'street',
  sentence: 'Lines of an address: street, building, flat.',
  fits: ({ header }) =>
    /\b(street|address|addr|strasse|road|line)\b(?!.*\b(number|no|num|nr)\b)/.test(header) ? 0.9 : 0,
  facets: [{ suffix: '', comparison: 'ngrams', normalise: plainAddress, keys: [whole, firstWord] }],
  swapsWithin: 'address line',
  shared: 'home',
};

export const houseNumber: Kind = {
  name: 'street_number',
  sentence: 'Numbers of houses.',
  fits: ({ header }) => (/\b(street|house|building|unit|flat)\s?(number|no|num|nr)\b|^house$/.test(header) ? 1 : 0),
  facets: [{ suffix: '', comparison: 'damerau_levenshtein', normalise: compact, keys: [whole] }],
  shared: 'home',
};

export const city: Kind = {
  name: 'city',
  sentence: 'Cities, towns and suburbs.',
  fits: ({ header }) => (/\b(suburb|city|town|locality|village|municipality|place|ort)\b/.test(header) ? 0.9 : 0),
  facets: [{ suffix: '', comparison: 'ngrams', normalise: plainAddress, keys: [whole, sound] }],
  shared: 'area',
};

export const postcode: Kind = {
  name: 'postcode',
  sentence: 'Postcodes.',
  fits: ({ header }) => (/\b(post\s?code|post\s?al\s?code|zip(\s?code)?|plz)\b/.test(header) ? 1 : 0),
  facets: [{ suffix: '', comparison: 'postcode', normalise: compact, keys: [whole] }],
  shared: 'area',
};

export const state: Kind = {
  name: 'state',
  sentence: 'States, counties, regions and countries.',
  fits: ({ header, distinct }) =>
    /\b(state|county|province|region|country|territory|nation)\b/.test(header) && distinct < 5000 ? 0.9 : 0,
  facets: [{ suffix: '', comparison: 'damerau_levenshtein', normalise: compact, keys: [] }],
  shared: 'area',
};

export const category: Kind = {
  name: 'category',
  sentence: 'One of a few values, such as a gender or a language.',
  fits: ({ header, distinct, values }) =>
    /\b(gender|sex|language|lang|currency|age\s?group|category|type|status)\b/.test(header) && distinct <= 200
      ? 0.8
      : distinct <= 12 && shareOf(values, (value) => value.length <= 24) === 1
        ? 0.4
        : 0,
  facets: [{ suffix: '', comparison: 'exact', normalise: compact, keys: [] }],
};
