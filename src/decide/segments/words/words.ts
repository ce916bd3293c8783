// A sentence as words: quoted texts, numbers, moments and plain words, read from left to right with the means to go back.
// What could not be read furthest to the right is what the writer most likely got wrong, so that is what an error names.

import { InklingError } from '../../../errors.ts';

type Token = { kind: 'text' | 'word' | 'sign'; raw: string; value: string; at: number };

export interface Words {
  /** Takes the words (in one string, compared without case) if they come next. */
  take(words: string): boolean;
  /** Takes whichever of the alternatives comes next and gives it; undefined = none. */
  takeOne<T extends string>(alternatives: readonly T[]): T | undefined;
  /** The words have to come next. */
  need(words: string): void;
  /** A number, also "once", "three" and "10%"; undefined = something else comes next. */
  number(): number | undefined;
  needNumber(): number;
  /** A quoted text; undefined = something else comes next. */
  text(): string | undefined;
  /** A quoted text or one plain word that is no reserved one. */
  name(): string | undefined;
  needName(what: string): string;
  /** An ISO day or moment. */
  moment(): string | undefined;
  /** Whether the next token is a quoted text. */
  isText(): boolean;
  isEnd(): boolean;
  /** Reads something; goes back when nothing (undefined) came of it or it could not be read on. */
  attempt<T>(read: () => T | undefined): T | undefined;
  /** Throws `invalid_input`, naming what was not understood. */
  fail(expected: string): never;
  /** The failure that got furthest to the right. */
  furthest(): InklingError;
}

/** Words that join conditions and can't be names unless quoted. */
const reserved = new Set([
  ...[
    'and',
    'or',
    'not',
    'then',
    'with',
    'in',
    'within',
    'from',
    'since',
    'until',
    'to',
    'at',
    'on',
    'is',
    'was',
    'of',
  ],
  ...['more', 'less', 'between', 'exactly', 'any', 'all', 'the', 'this', 'anything', 'once', 'twice', 'last', 'first'],
]);

const counts: Record<string, number> = {
  once: 1,
  twice: 2,
  thrice: 3,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  a: 1,
  an: 1,
};
const isoMoment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/i;
const plainName = /^[\p{L}_][\p{L}\p{N}_.$:/-]*$/u;
const tokenPattern = /\s*("(?:[^"\\]|\\.)*"|[(),]|[^\s"(),]+)/gy;

class Unread extends Error {}

export function openWords(sentence: string): Words {
  const tokens = tokensOf(sentence);
  let next = 0;
  let furthest = { at: -1, expected: new Set<string>() };

  const note = (expected: string) => {
    if (next > furthest.at) furthest = { at: next, expected: new Set() };
    if (next === furthest.at) furthest.expected.add(expected);
  };
  const error = () => {
    const token = tokens[furthest.at];
    const expected = [...furthest.expected].slice(0, 6).join(', ');
    const before = tokens
      .slice(0, Math.max(0, furthest.at))
      .map(({ raw }) => raw)
      .slice(-6)
      .join(' ');
    const what = token
      ? `"${sentence.slice(token.at, token.at + 60).trim()}" was not understood`
      : 'The sentence ends too early';
    return new InklingError('invalid_input', `${what}${before ? ` after "${before}"` : ''}.`, {
      field: 'sentence',
      value: token?.raw ?? sentence,
      hint: `Expected ${expected || 'a condition'}. Names and texts with blanks stand in double quotes.`,
    });
  };
  const peek = (): Token | undefined => tokens[next];
  const words: Words = {
    take(text) {
      const wanted = text.split(' ');
      const fits = wanted.every((word, i) => tokens[next + i]?.kind !== 'text' && tokens[next + i]?.value === word);
      if (fits) next += wanted.length;
      else note(`"${text}"`);
      return fits;
    },
    takeOne: (alternatives) => alternatives.find((one) => words.take(one)),
    need(text) {
      if (!words.take(text)) words.fail(`"${text}"`);
    },
    number() {
      const token = peek();
      if (token?.kind !== 'word') return undefined;
      const value = Object.hasOwn(counts, token.value) ? counts[token.value] : Number(token.value.replace(/%$/, ''));
      if (Number.isNaN(value)) {
        note('a number');
        return undefined;
      }
      next++;
      return value;
    },
    needNumber: () => words.number() ?? words.fail('a number'),
    text() {
      if (peek()?.kind !== 'text') return undefined;
      return tokens[next++].value;
    },
    name() {
      const token = peek();
      if (token === undefined || token.kind === 'sign') return undefined;
      if (token.kind === 'word' && (reserved.has(token.value) || !plainName.test(token.raw))) return undefined;
      next++;
      return token.kind === 'text' ? token.value : token.raw;
    },
    needName: (what) => words.name() ?? words.fail(what),
    moment() {
      const token = peek();
      if (token?.kind !== 'word' || !isoMoment.test(token.raw)) return undefined;
      next++;
      return token.raw;
    },
    isText: () => peek()?.kind === 'text',
    isEnd: () => next >= tokens.length,
    attempt(read) {
      const start = next;
      try {
        const result = read();
        if (result === undefined) next = start;
        return result;
      } catch (failure) {
        if (!(failure instanceof Unread)) throw failure;
        next = start;
        return undefined;
      }
    },
    fail(expected) {
      note(expected);
      throw new Unread();
    },
    furthest: error,
  };
  return words;
}

/** A name as it stands in a sentence: quoted where it is more than one plain word. */
export function nameInWords(name: string): string {
  return plainName.test(name) &&
    !name.endsWith('.') &&
    !reserved.has(name.toLowerCase()) &&
    Number.isNaN(Number(name)) &&
    !Object.hasOwn(counts, name.toLowerCase())
    ? name
    : // Curly quotation marks are read as straight ones, so those of a name are written as what they are.
      JSON.stringify(name).replace(/[“”]/g, (mark) => (mark === '“' ? '\\u201c' : '\\u201d'));
}

function tokensOf(sentence: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  const clean = sentence
    .trim()
    .replace(/[“”]/g, '"')
    .replace(/[.!]+$/, '');
  for (;;) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(clean);
    if (match === null) {
      if (clean.slice(at).trim() === '') return tokens;
      throw new InklingError('invalid_input', `A quotation mark is not closed: ${clean.slice(at, at + 60)}`, {
        field: 'sentence',
        value: clean.slice(at),
        hint: 'Close it with ".',
      });
    }
    const raw = match[1];
    const start = at + match[0].length - raw.length;
    if (raw[0] === '"') tokens.push({ kind: 'text', raw, value: textIn(raw), at: start });
    else
      tokens.push({
        kind: /^[(),]$/.test(raw) ? 'sign' : 'word',
        raw,
        value: raw.toLowerCase().replaceAll('’', "'"),
        at: start,
      });
  }
}

function textIn(raw: string): string {
  try {
    return JSON.parse(raw) as string;
  } catch {
    return raw.slice(1, -1);
  }
}
