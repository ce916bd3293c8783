// Settings from the command line: `key=value` pairs become an object, which the learner's schema then checks.
import { InklingError } from '../errors.ts';
import type { Learner } from '../learn/index.ts';

/** Reads `key=value` pairs: a value that is JSON is taken as such, any other as text. */
export function readSettings(
  learner: Pick<Learner, 'name' | 'settings'>,
  pairs: readonly string[],
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new InklingError('invalid_input', `${JSON.stringify(pair)} is not of the form key=value.`, {
        field: '--set',
        value: pair,
        hint: `Settings of ${learner.name}: ${Object.keys(Object(learner.settings).properties).join(', ')}.`,
      });
    }
    const path = pair.slice(0, at).split('.');
    const last = path.pop() as string;
    let place = settings;
    for (const key of path) {
      if (!Object.hasOwn(place, key) || typeof place[key] !== 'object' || place[key] === null) place[key] = {};
      place = place[key] as Record<string, unknown>;
    }
    place[last] = readValue(pair.slice(at + 1));
  }
  return settings;
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
