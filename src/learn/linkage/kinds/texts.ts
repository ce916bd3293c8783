// Titles of things, and texts about them.
import type { Kind } from '../kind.ts';
import { plainCodes, plainWords } from '../normalise/title.ts';

const averageWords = (values: readonly string[]) =>
  values.reduce((sum, value) => sum + value.trim().split(/\s+/).length, 0) / Math.max(1, values.length);

export const title: Kind = {
  name: 'title',
  sentence: 'Titles and names of products, works and firms.',
  fits: ({ header, values, distinctShare }) =>
    /\b(title|name|product|item|label|heading|song|movie|company|organi[sz]ation)\b/.test(header) && distinctShare > 0.2
      ? 0.85
      : averageWords(values) >= 2.5
        ? 0.3
        : 0.1,
  facets: [
    { suffix: '', comparison: 'tokens', normalise: plainWords, keys: [] },
    { suffix: ' codes', comparison: 'codes', normalise: plainCodes, keys: [] },
  ],
};

export const brand: Kind = {
  name: 'brand',
  sentence: 'Makers, brands, venues and publishers.',
  fits: ({ header }) => (/\b(brand|manufacturer|maker|vendor|venue|publisher|journal|label)\b/.test(header) ? 0.9 : 0),
  facets: [{ suffix: '', comparison: 'tokens', normalise: plainWords, keys: [] }],
};

export const description: Kind = {
  name: 'description',
  sentence: 'Long texts.',
  fits: ({ header, values }) =>
    /\b(description|details|summary|abstract|text|notes|comment)\b/.test(header)
      ? 0.9
      : averageWords(values) >= 12
        ? 0.5
        : 0,
  facets: [{ suffix: '', comparison: 'tokens', normalise: plainWords, keys: [] }],
};
