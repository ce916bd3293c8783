// Decimal numbers straight from bytes: a table of a million rows holds tens of millions of them, and a string for each
// would cost more than the learning. Up to 15 digits and ten powers within 22 one product or quotient of exact doubles
// is correctly rounded (Clinger 1990); anything else is left to `Number`.

const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const [ZERO, NINE, DOT, PLUS, MINUS, E] = [48, 57, 46, 43, 45, 101];

/**
 * The number that bytes `start` … `end` − 1 spell, or undefined when they spell none. Digits after a leading zero
 * ("007") are no number: such values are codes, and reading them as amounts would lose them.
 */
export function readDecimal(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const negative = bytes[at] === MINUS;
  if (negative || bytes[at] === PLUS) at++;
  if (bytes[at] === ZERO && at + 1 < end && isDigit(bytes[at + 1])) return undefined;
  let mantissa = 0;
  let digits = 0;
  let power = 0;
  let seen = 0;
  for (let afterDot = false; at < end; at++) {
    const byte = bytes[at];
    if (byte === DOT && !afterDot) {
      afterDot = true;
      continue;
    }
    if (!isDigit(byte)) break;
    seen++;
    if (afterDot) power--;
    mantissa = mantissa * 10 + byte - ZERO;
    if (mantissa > 0) digits++;
  }
  if (seen === 0) return undefined;
  if (at < end) {
    const exponent = readExponent(bytes, at, end);
    if (exponent === undefined) return undefined;
    power += exponent;
  }
  if (digits > 15 || power > 22 || power < -22) return Number(textOf(bytes, start, end));
  const size = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power];
  return negative ? -size : size;
}

/** The text that the bytes spell, in UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

const decoder = new TextDecoder();

const isDigit = (byte: number) => byte >= ZERO && byte <= NINE;

function readExponent(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  if ((bytes[at++] | 32) !== E) return undefined;
  const negative = bytes[at] === MINUS;
  if (negative || bytes[at] === PLUS) at++;
  if (at >= end) return undefined;
  let exponent = 0;
  for (; at < end; at++) {
    if (!isDigit(bytes[at])) return undefined;
    exponent = Math.min(9999, exponent * 10 + bytes[at] - ZERO);
  }
  return negative ? -exponent : exponent;
}
