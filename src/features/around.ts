// The measure over what goes on around a person: where they were last seen, and what is known of that place.

import { WITHIN } from '../collect/index.ts';
import { compareBytes } from '../store/index.ts';
import type { History } from './history.ts';
import type { Measure } from './measure.ts';
import { lookUpPlace, type SurroundingColumn } from './surroundings.ts';

/** The figure at the place of a person's latest event that names one. */
export function around(column: SurroundingColumn): Measure {
  return {
    sql: (use) => {
      if (!use.hasSurroundings) return 'nan';
      const key = `concat(lowerUTF8(country), '${WITHIN}', lowerUTF8(city))`;
      const place = `${use.keep('texts', `[${use.aggregate(`argMaxIf(${key}, (at_ms, ${key}), country != '')`)}]`)}[1]`;
      const hashes = [place, `splitByChar('${WITHIN}', ${place})[1]`].map((name) => use.derive(`cityHash64(${name})`));
      const [ofCity, ofCountry] = hashes.map((hash) => use.derive(lookUpPlace(hash, column)));
      return `if(isNaN(${ofCity}), ${ofCountry}, ${ofCity})`;
    },
    evaluate: (history) => {
      if (history.surroundings.size === 0) return Number.NaN;
      const place = placeOf(history);
      const ofCity = history.surroundings.get(place)?.[column] ?? Number.NaN;
      if (!Number.isNaN(ofCity)) return ofCity;
      return history.surroundings.get(place.split(WITHIN)[0])?.[column] ?? Number.NaN;
    },
  };
}

/** The largest of several places at the same moment, as in SQL. */
function placeOf(history: History): string {
  return history.memo('place', () => {
    const last = history.events.findLast((row) => row.country !== '');
    if (!last) return WITHIN;
    return history.events
      .filter((row) => row.at === last.at && row.country !== '')
      .map(({ country, city }) => `${country.toLowerCase()}${WITHIN}${city.toLowerCase()}`)
      .reduce((most, place) => (compareBytes(place, most) > 0 ? place : most));
  });
}
