// How a pair was weighed, in words and without a value: what is kept of names and addresses cannot be shown.

import { explainUnder, type Frozen } from '../../learn/index.ts';
import { openTable, type Told } from './records.ts';

export type Weighed = {
  /** log2 odds before anything is compared, and in the end. */
  prior: number;
  weight: number;
  /** What each field says, the strongest first; log2 of how much likelier it is of one person than of two. */
  weights: { comparison: string; level: string; words: string; weight: number }[];
};

const names: Record<string, string> = {
  given_name: 'Given name',
  surname: 'Family name',
  street: 'Street',
  city: 'Town',
  postcode: 'Postcode',
  birth_date: 'Day of birth',
  phone: 'Phone number',
  email_name: 'Name in the e-mail address',
  neighbours: 'Home or area',
};

/** What a level means in a field, where its own words are too general. */
const meanings: Record<string, Record<string, string>> = {
  'another form of it': {
    given_name: 'a short form of the other',
    street: 'the same words in another order',
    city: 'the same but for blanks',
    birth_date: 'day and month swapped',
  },
  near: {
    given_name: 'sounds alike',
    surname: 'sounds alike',
    street: 'begins alike',
    city: 'sounds alike',
    postcode: 'the same district',
    birth_date: 'the same day of another year',
    phone: 'the same last four digits',
  },
  'stands in another field': { given_name: 'stands as the family name', surname: 'stands as the given name' },
};

export function inWords(frozen: Frozen, a: Told, b: Told): Weighed {
  const table = openTable();
  table.add(a);
  table.add(b);
  const { prior, weight, steps } = explainUnder(frozen, table.done());
  return {
    prior: rounded(prior),
    weight: rounded(weight),
    weights: steps
      .filter(({ says }) => says !== 'missing')
      .map(({ field, says, weight: own }) => {
        const [level, note] = says.split(/, (?=and it|but it)/);
        const words = `${names[field] ?? field}: ${meanings[level]?.[field] ?? level}${note === undefined ? '' : `, ${note}`}`;
        return { comparison: field, level, words, weight: rounded(own) };
      }),
  };
}

function rounded(weight: number): number {
  return Math.round(weight * 100) / 100;
}
