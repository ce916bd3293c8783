// Places as they are joined: a country by its ISO code or its English name (GA4 says "Germany", others "DE"), and a city
// within it. The names under which an event may carry a place are kept with it, so that the join is one look-up.

const inEnglish = new Intl.DisplayNames(['en'], { type: 'region' });

/** ISO 3166 alpha-2 codes, by their English name in lower case. */
const codes = new Map<string, string>();
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
for (const first of LETTERS) {
  for (const second of LETTERS) {
    const name = inEnglish.of(first + second);
    if (name !== undefined && name !== first + second) codes.set(name.toLowerCase(), first + second);
  }
}

/** What separates a country from a city; it stands in no name of either. */
export const WITHIN = '|';

/** The ISO code of a country given by its code or English name; any other text as it is. */
export function countryCode(country: string): string {
  const text = country.trim();
  return codes.get(text.toLowerCase()) ?? (/^[a-z]{2}$/i.test(text) ? text.toUpperCase() : text);
}

/** Every name of a place, in lower case; of a country without a city the country's own. */
export function placesOf(country: string, city: string): string[] {
  const code = countryCode(country);
  const name = /^[A-Z]{2}$/.test(code) ? inEnglish.of(code) : undefined;
  const countries = [...new Set([code, name ?? code].map((one) => one.toLowerCase()))];
  return city === '' ? countries : countries.map((one) => `${one}${WITHIN}${city.toLowerCase()}`);
}
