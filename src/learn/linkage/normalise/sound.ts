// How a name sounds, roughly: Soundex as the U.S. census used it (Russell 1918), without zeros at the end. Vowels go,
// letters that sound alike become one digit.

const digits: Readonly<Record<string, string>> = Object.fromEntries(
  ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].flatMap((letters, d) =>
    [...letters].map((letter) => [letter, `${d + 1}`]),
  ),
);

/** A first letter and up to three digits; '' for a text without letters. */
export function soundOf(name: string): string {
  let out = '';
  let last = '';
  for (const letter of name) {
    if (letter < 'a' || letter > 'z') continue;
    const digit = digits[letter] ?? '';
    if (out === '') out = letter;
    else if (digit !== '' && digit !== last) out += digit;
    if (letter !== 'h' && letter !== 'w') last = digit;
    if (out.length === 4) break;
  }
  return out;
}
