// What is written in digits or by a rule: dates, numbers, addresses on the net.
import type { Kind, Sight } from '../kind.ts';
import { shareOf, whole } from '../kind.ts';
import { dayOf } from '../normalise/day.ts';
import { latinOf, plainText } from '../normalise/text.ts';

const compact = (text: string) => plainText(text).replaceAll(' ', '');
const numberOf = (text: string) => /-?\d[\d,]*(?:\.\d+)?/.exec(text.replace(/\s/g, ''))?.[0].replaceAll(',', '') ?? '';

export const date: Kind = {
  name: 'date',
  sentence: 'Days, such as a date of birth.',
  fits: ({ header, values }) => {
    const read = shareOf(values, (value) => dayOf(value) !== '');
    return read > 0.8 ? (/\b(date|dob|birth\w*|born|day)\b/.test(header) ? 1 : 0.5) : 0;
  },
  facets: [
    {
      suffix: '',
      comparison: 'date',
      normalise: dayOf,
      keys: [
        whole,
        { name: 'month and day', of: (value) => value.slice(4) },
        { name: 'year', of: (value) => value.slice(0, 4) },
      ],
    },
  ],
};

export const phone: Kind = {
  name: 'phone',
  sentence: 'Telephone numbers.',
  fits: ({ header }) => (/\b(phone|mobile|tel|telephone|cell|fax)\b/.test(header) ? 1 : 0),
  facets: [
    {
      suffix: '',
      comparison: 'damerau_levenshtein',
      // The last nine digits: prefixes of the country and the trunk are written or not.
      normalise: (text) => text.replace(/\D/g, '').slice(-9),
      keys: [whole, { name: 'last four', of: (value) => value.slice(-4) }],
    },
  ],
};

export const email: Kind = {
  name: 'email',
  sentence: 'E-mail addresses.',
  fits: ({ header, values }) =>
    /\be?\s?mail\b/.test(header) || shareOf(values, (value) => /^\S+@\S+\.\S+$/.test(value)) > 0.8 ? 1 : 0,
  facets: [
    {
      suffix: '',
      comparison: 'jaro_winkler',
      normalise: (text) => latinOf(text.trim().toLowerCase()),
      keys: [whole, { name: 'name before @', of: (value) => value.split('@', 1)[0].replace(/\+.*|\./g, '') }],
    },
  ],
};

export const price: Kind = {
  name: 'price',
  sentence: 'Prices and other amounts.',
  fits: (sight) => (/\b(price|cost|amount|msrp|rrp)\b/.test(sight.header) && areNumbers(sight) ? 1 : 0),
  facets: [
    {
      suffix: '',
      comparison: 'amount',
      normalise: (text) => {
        const amount = Number(numberOf(text));
        return amount > 0 ? String(amount) : '';
      },
      keys: [],
    },
  ],
};

export const year: Kind = {
  name: 'year',
  sentence: 'Years and other whole numbers.',
  fits: (sight) =>
    areNumbers(sight) && /\b(year|age|number|count|pages|volume)\b/.test(sight.header)
      ? 0.9
      : shareOf(sight.values, (value) => /^(18|19|20)\d\d$/.test(value.trim())) > 0.9
        ? 0.8
        : 0,
  facets: [{ suffix: '', comparison: 'count', normalise: numberOf, keys: [whole] }],
};

export const identifier: Kind = {
  name: 'identifier',
  sentence: 'Numbers given to one person or thing by an office, such as a social security number.',
  fits: ({ header }) =>
    /\b(ssn|soc(ial)?\s?sec(urity)?|national\s?id|passport|tax\s?(id|number)|isbn|gtin|upc|ean|sku|licen[cs]e|id(entifier)?|uuid|guid)\b/.test(
      header,
    )
      ? 0.95
      : 0,
  facets: [{ suffix: '', comparison: 'damerau_levenshtein', normalise: compact, keys: [whole] }],
};

export const device: Kind = {
  name: 'device',
  sentence: 'Marks of a device, with | between: kind, system, browser, screen, language, timezone.',
  fits: ({ header, values }) =>
    /\b(device|fingerprint)\b/.test(header) && shareOf(values, (value) => value.includes('|')) > 0.8 ? 1 : 0,
  facets: [
    {
      suffix: '',
      comparison: 'device',
      normalise: (text) => latinOf(text.trim().toLowerCase()),
      keys: [whole],
    },
  ],
};

function areNumbers({ values }: Sight): boolean {
  return shareOf(values, (value) => numberOf(value) !== '') > 0.8;
}
