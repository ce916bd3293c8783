// Words and model numbers of a title. Marks within a model number come and go (DSC-W55, dscw55), so words that hold
// digits are joined across them, and numbers keep their own word.
import { plainText } from './text.ts';

/** Words in lower case; a word that holds a digit is kept in one piece without its marks. */
export function plainWords(text: string): string {
  return words(text).join(' ');
}

/** Model numbers: words of four or more signs with digits, letters among them or long enough to be one. */
export function plainCodes(text: string): string {
  const found = words(text).filter(
    (word) => word.length >= 4 && /\d/.test(word) && (/[a-z]/.test(word) || word.length >= 5),
  );
  return [...new Set(found)].join(' ');
}

function words(text: string): string[] {
  const joined = text.replace(/(?<=[\p{L}\d])[-/.](?=[\p{L}\d])/gu, (mark, at: number) =>
    hasDigit(text, at) && mark !== '.' ? '' : mark === '.' && isDigit(text, at) ? '' : ' ',
  );
  return plainText(joined).split(' ').filter(Boolean);
}

/** Whether the word around a place holds a digit. */
function hasDigit(text: string, at: number): boolean {
  let [from, to] = [at, at];
  while (from > 0 && text[from - 1] !== ' ') from--;
  while (to < text.length && text[to] !== ' ') to++;
  return /\d/.test(text.slice(from, to));
}

function isDigit(text: string, at: number): boolean {
  return /\d/.test(text[at - 1]) && /\d/.test(text[at + 1]);
}
