// Days as YYYYMMDD, however they are written. Of 03/04/1990 nobody knows whether it was March or April: days are read
// before months unless the first number is too large to be a day or the second too large to be a month.

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** YYYYMMDD; digits that are no date (a slip of the pen) are kept as they are; '' for what is not written as a day. */
export function dayOf(text: string): string {
  const value = text.trim().toLowerCase();
  if (/^\d{8}$/.test(value)) return value;
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ].*)?$/.exec(value);
  if (iso !== null) return join(iso[1], iso[2], iso[3]);
  const parts = /^(\d{1,2})[-/. ]+(\d{1,2}|[a-z]{3,9})[-/., ]+(\d{4})$/.exec(value);
  if (parts === null) return '';
  const named = months.indexOf(parts[2].slice(0, 3)) + 1;
  if (named > 0) return join(parts[3], String(named), parts[1]);
  return Number(parts[2]) > 12 ? join(parts[3], parts[1], parts[2]) : join(parts[3], parts[2], parts[1]);
}

function join(year: string, month: string, day: string): string {
  return `${year}${month.padStart(2, '0')}${day.padStart(2, '0')}`;
}
