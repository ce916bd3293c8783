// JSON as C++ libraries write it: with bare NaN and Infinity where a number is none. NaN is read as null.
import { damaged } from './refuse.ts';

export function parseTolerantJson(format: string, bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(
      text.replace(STRING_OR_NOT_A_NUMBER, (part) => (part.startsWith('"') ? part : (PLAIN[part] ?? part))),
    );
  } catch (error) {
    damaged(format, `it is no JSON (${(error as Error).message.slice(0, 100)})`);
  }
}

/** Strings are matched too, and left alone, so that what looks like a number inside them stays; one that does not end runs to the end. */
const STRING_OR_NOT_A_NUMBER = /"[^"\\]*(?:\\(?:.|$)[^"\\]*)*(?:"|$)|-?\b(?:NaN|Infinity)\b/gs;
const PLAIN: Record<string, string> = { NaN: 'null', '-NaN': 'null', Infinity: '1e999', '-Infinity': '-1e999' };
