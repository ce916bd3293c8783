// Segments by name in what is said and heard: rules and what is kept of reasons hold ids, for these never change; who reads
// and writes sentences knows the names. What is said with a name is heard as the same segment.

import { InklingError } from '../../../errors.ts';
import type { Rule } from '../rule.ts';
import { hearRule, sayRule } from './sentence.ts';
import { nameInWords } from './words.ts';

export type NamedSegment = { id: string; name: string };

/** The rule in English, with the segments it refers to by their names. */
export function sayRuleNaming(rule: Rule, segments: readonly NamedSegment[]): string {
  return sayRule(withSegments(rule, (id) => sayableName(id, segments)));
}

/** The rule of a sentence that names segments. Throws `invalid_input` where it is not understood or no one segment is meant. */
export function hearRuleNaming(sentence: string, segments: readonly NamedSegment[]): Rule {
  return withSegments(hearRule(sentence), (name) => idOf(name, segments));
}

/** What was said of segments by id, such as a reason that was kept, with their names. */
export function withNames(text: string, segments: readonly NamedSegment[]): string {
  if (!text.includes('segment ')) return text;
  return text.replace(/(?<=\bsegment )(?:"([^"]+)"|([\w-]+))/g, (said, quoted, plain) => {
    const name = sayableName(quoted ?? plain, segments);
    return name === (quoted ?? plain) ? said : nameInWords(name);
  });
}

/** The name, where it is heard as this segment and no other; else the id. */
function sayableName(id: string, segments: readonly NamedSegment[]): string {
  const segment = segments.find((one) => one.id === id);
  return segment === undefined || segments.some((one) => one.id === segment.name) ? id : segment.name;
}

/** By id, then by name, then by name whatever the case. */
function idOf(said: string, segments: readonly NamedSegment[]): string {
  const lower = said.toLowerCase();
  const found = [
    segments.filter(({ id }) => id === said),
    segments.filter(({ name }) => name === said),
    segments.filter(({ name }) => name.toLowerCase() === lower),
  ].find((some) => some.length > 0);
  if (found?.length === 1) return found[0].id;
  const several = found?.map(({ id, name }) => `"${name}" (${id})`).join(', ');
  throw new InklingError(
    'invalid_input',
    several ? `"${said}" may be any of ${several}.` : `There is no segment named "${said}".`,
    {
      field: 'sentence',
      value: said,
      hint: several ? 'Write the name as it stands, or the id.' : `Name one of this workspace: ${someNames(segments)}.`,
    },
  );
}

const NAMES_SHOWN = 5;

function someNames(segments: readonly NamedSegment[]): string {
  const names = segments.slice(0, NAMES_SHOWN).map(({ name }) => nameInWords(name));
  return names.length === 0 ? 'there are none yet' : `${names.join(', ')}${segments.length > NAMES_SHOWN ? ' …' : ''}`;
}

/** The rule with something else for each segment that it refers to. */
function withSegments(rule: Rule, of: (segment: string) => string): Rule {
  if ('all' in rule) return { all: rule.all.map((one) => withSegments(one, of)) };
  if ('any' in rule) return { any: rule.any.map((one) => withSegments(one, of)) };
  if ('not' in rule) return { not: withSegments(rule.not, of) };
  return rule.kind === 'segment' || rule.kind === 'hand' ? { ...rule, segment: of(rule.segment) } : rule;
}
