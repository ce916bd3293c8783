// One spelling for one text: Unicode NFKD without marks, Greek and Cyrillic letters in Latin ones, lower case, only
// letters and digits with single spaces between. The result is ASCII, so that bytes and letters are the same thing to
// every comparison; letters of other scripts become their code points.

const singles =
  'ß ss æ ae œ oe ø o đ d ð d þ th ł l ı i ŋ n ħ h ŧ t ' +
  'а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch ъ _ ы y ь _ э e ю yu я ya ' +
  'і i ї yi є ye ґ g ў u ђ dj ј j љ lj њ nj ћ c џ dz ' +
  'α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o';

const latin = new Map<string, string>();
const pieces = singles.split(' ');
for (let i = 0; i < pieces.length; i += 2) latin.set(pieces[i], pieces[i + 1] === '_' ? '' : pieces[i + 1]);

const PLAIN = /^[a-z0-9]+(?: [a-z0-9]+)*$/;
const ENTITY = /&\s*(?:#\s*(\d{2,6})|([a-z]{2,8}))\s*;\s?/gi;
const named: Readonly<Record<string, string>> = { amp: ' and ', quot: ' ', apos: "'", lt: ' ', gt: ' ', nbsp: ' ' };

/** Words of ASCII letters and digits with one space between; '' where nothing is left. */
export function plainText(text: string): string {
  const lower = text.toLowerCase();
  if (PLAIN.test(lower)) return lower;
  const decoded = lower.includes('&') ? lower.replace(ENTITY, entity) : lower;
  return latinOf(decoded.replace(/['’‘`´]/g, ''))
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** Latin letters without marks for those of other scripts. */
export function latinOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  let out = '';
  for (const sign of text.normalize('NFKD').toLowerCase()) {
    const code = sign.codePointAt(0) ?? 0;
    if (code < 128) out += sign;
    else if (/\p{M}/u.test(sign)) continue;
    else out += latin.get(sign) ?? (/[\p{L}\p{N}]/u.test(sign) ? `u${code.toString(16)}` : ' ');
  }
  return out;
}

/** A character reference of HTML, also one that a tokeniser has pulled apart (`&#228 ;`). */
function entity(_: string, number: string | undefined, name: string | undefined): string {
  if (number !== undefined && Number(number) <= 0x10ffff) return String.fromCodePoint(Number(number));
  return (name !== undefined && named[name]) || (name !== undefined && name.length > 4 ? name[0] : ' ');
}
