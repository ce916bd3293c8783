// What stands in one cell of a file: moments, numbers, identifiers. Files carry text, Parquet carries typed values;
// both pass here. A moment without a zone is UTC, so that a file means the same on every machine.

const NO_ZONE = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;
/** Eight digits are a day; as epoch seconds they would end in 1973. */
const DAY_IN_DIGITS = /^(?:19|20|21)\d\d[01]\d[0-3]\d$/;
const WITH_ZONE = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/i;
const MONTH_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?$/;
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;
const MONEY = /^[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:e[-+]?\d+)?$/i;

/** ISO 8601 in UTC with milliseconds, or undefined when the cell is no moment. */
export function isoMoment(cell: unknown): string | undefined {
  if (typeof cell === 'string') return isoOfText(cell.trim());
  if (cell instanceof Date) return isoOfMs(cell.getTime());
  if (typeof cell === 'number' || typeof cell === 'bigint') return isoOfEpoch(Number(cell));
  return undefined;
}

/** ISO 8601 of epoch milliseconds, or undefined outside of what a Date holds. */
export function isoOfMs(ms: number): string | undefined {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

/** A finite number, read through currency signs and thousands' commas; undefined when the cell is empty or no number. */
export function numberIn(cell: unknown): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell !== 'string' || cell === '') return undefined;
  if (PLAIN_NUMBER.test(cell)) return Number(cell);
  const text = cell.trim().replace(/^([-+]?)\s*[$£€¥]\s*/, '$1');
  return MONEY.test(text) ? Number(text.replaceAll(',', '')) : undefined;
}

/** An identifier as text: no blanks around it, no `.0` of a number column that once had gaps; empty = none. */
export function identifierIn(cell: unknown): string {
  const text = textIn(cell);
  return text.endsWith('.0') && /^\d+\.0$/.test(text) ? text.slice(0, -2) : text;
}

export function textIn(cell: unknown): string {
  if (typeof cell === 'string') return cell.trim();
  if (cell === null || cell === undefined) return '';
  return cell instanceof Date ? cell.toISOString() : typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** True for cells that say nothing: absent, blank, or the usual words for "missing". */
export function isBlank(cell: unknown): boolean {
  if (cell === null || cell === undefined || cell === '') return true;
  if (typeof cell !== 'string' || cell.length > 4) return false;
  const text = cell.trim().toLowerCase();
  return text === '' || text === 'null' || text === 'na' || text === 'nan' || text === '\\n';
}

function isoOfText(text: string): string | undefined {
  // The commonest layout, 'YYYY-MM-DD hh:mm:ss', by position: a pattern costs as much as all the rest of a row.
  if (text.length === 19 && text.charCodeAt(4) === 45 && text.charCodeAt(13) === 58) {
    const iso = `${text.slice(0, 10)}T${text.slice(11)}.000Z`;
    return isRealMoment(iso) ? iso : undefined;
  }
  if (text.length === 23 && text.endsWith(' UTC')) return isoOfText(text.slice(0, 19));
  if (DAY_IN_DIGITS.test(text)) return isoOfText(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
  if (PLAIN_NUMBER.test(text)) return isoOfEpoch(Number(text));
  const plain = NO_ZONE.exec(text);
  if (plain) {
    const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = plain;
    const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
    return isRealMoment(iso) ? iso : undefined;
  }
  const american = MONTH_FIRST.exec(text);
  if (american) {
    const [, month, day, year, hour = '0', minute = '00', second = '00'] = american;
    const two = (part: string) => part.padStart(2, '0');
    const iso = `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}.000Z`;
    return isRealMoment(iso) ? iso : undefined;
  }
  if (!WITH_ZONE.test(text)) return undefined;
  return isoOfMs(
    Date.parse(
      text
        .replace(/ ?UTC$/i, 'Z')
        .replace(/ ([+-]\d\d):?(\d\d)$/, '$1:$2')
        .replace(/^(\d{4}-\d\d-\d\d) (\d\d:)/, '$1T$2'),
    ),
  );
}

/** 31 February parses in JavaScript only to become 3 March; a real moment survives the way there and back. */
function isRealMoment(iso: string): boolean {
  const ms = Date.parse(iso);
  // The date of NaN is NaN, which equals nothing.
  return new Date(ms).getUTCDate() === (iso.charCodeAt(8) - 48) * 10 + iso.charCodeAt(9) - 48;
}

/** Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size (from 1973 on they cannot be mixed up). */
function isoOfEpoch(value: number): string | undefined {
  const size = Math.abs(value);
  if (size < 1e11) return isoOfMs(value * 1000);
  if (size < 1e14) return isoOfMs(value);
  return isoOfMs(size < 1e17 ? value / 1e3 : value / 1e6);
}
