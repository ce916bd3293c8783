// The comparisons, by name: one file and one line each.
import type { Comparison } from '../comparison.ts';
import { amount, count } from './closeness.ts';
import { codes } from './codes.ts';
import { damerauLevenshtein } from './damerauLevenshtein.ts';
import { date } from './date.ts';
import { device } from './device.ts';
import { encoded } from './encoded.ts';
import { exact } from './exact.ts';
import { jaroWinklerLevels } from './jaroWinkler.ts';
import { ngrams } from './ngrams.ts';
import { personName } from './personName.ts';
import { postcode } from './postcode.ts';
import { tokens } from './tokens.ts';

export const comparisons: readonly Comparison[] = [
  exact,
  personName,
  jaroWinklerLevels,
  damerauLevenshtein,
  ngrams,
  date,
  postcode,
  amount,
  count,
  tokens,
  codes,
  device,
  encoded,
];
