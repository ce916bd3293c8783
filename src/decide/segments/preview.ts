// What a rule would bring before it is saved [SEG-6]: the share of a sample of profiles (a range of their ids, which are
// hashes, so the range is a sample), with an interval; then everybody counted. And one person held against a rule.

import { InklingError } from '../../errors.ts';
import type { WorkspaceConsent } from '../../govern/index.ts';
import { findProfile, inPart, type ProfilePart, toHexId } from '../../identify/index.ts';
import { wilsonInterval } from '../../math/index.ts';
import type { Store } from '../../store/index.ts';
import { readAround } from './around.ts';
import { BATCH_SETTINGS, membersSql } from './batch.ts';
import { compileRules, type Program } from './compile.ts';
import type { Allows } from './consent.ts';
import { contextOf } from './context.ts';
import { batchOptions } from './everybody.ts';
import { loadPeople } from './live/loading.ts';
import { needsOf } from './live/needs.ts';
import type { Context } from './live/person.ts';
import { checkRule, type Rule } from './rule.ts';
import type { RuleSegment } from './stored.ts';
import { sayRuleNaming } from './words/naming.ts';

export type Asking = { workspace: string; consent: WorkspaceConsent | undefined; now: Date };

export type Preview = {
  sentence: string;
  /** Everybody known who is no program. */
  people: number;
  size: number;
  /** 95 %; both are `size` where everybody was counted. */
  interval: [low: number, high: number];
  isExact: boolean;
  /** Profile ids of some who are in it. */
  sample: string[];
};

const SAMPLED_PROFILES = 16_000;
const SHOWN = 10;

/** Size and some of the people a rule would bring, from a sample where there are many. Throws `invalid_input`. */
export async function previewRule(store: Store, rule: unknown, asking: Asking): Promise<Preview> {
  return measure(store, checkRule(rule), asking, 'sample');
}

/** The same with everybody counted. */
export async function countRule(store: Store, rule: unknown, asking: Asking): Promise<Preview> {
  return measure(store, checkRule(rule), asking, 'everybody');
}

async function measure(store: Store, rule: Rule, asking: Asking, of: 'sample' | 'everybody'): Promise<Preview> {
  const { workspace, now } = asking;
  const { program, allows, segments } = await compiled(store, rule, asking);
  const [{ n }] = await store.facts.rows<{ n: string }>(
    'SELECT count() AS n FROM profiles WHERE workspace = {workspace:String}',
    { workspace },
  );
  const parts = of === 'sample' ? Math.max(1, Math.floor(Number(n) / SAMPLED_PROFILES)) : 1;
  const part: ProfilePart | undefined = parts > 1 ? { index: 0, of: parts } : undefined;
  const scope = part ? ` AND ${inPart('profile', part)}` : '';
  const asked = await batchOptions(store, { workspace, program, allows, at: now.getTime() }, part);
  const [[found], [all], [everybody]] = await Promise.all([
    store.facts.rows<{ size: string; sample: string[] }>(
      `SELECT count() AS size, groupArraySorted(${SHOWN})(profile) AS sample FROM (${membersSql(program, asked)})${BATCH_SETTINGS}`,
      { workspace },
    ),
    part ? countPeople(store, workspace, scope) : [{ people: '0' }],
    countPeople(store, workspace, ''),
  ]);
  const people = Number(everybody.people);
  const inSample = Number(found.size);
  const sample = found.sample.map((profile) => toHexId(BigInt(profile)));
  const base = { sentence: sayRuleNaming(rule, segments), people, sample };
  if (part === undefined) return { ...base, size: inSample, interval: [inSample, inSample], isExact: true };
  const sampled = Number(all.people);
  const [low, high] = sampled === 0 ? [0, 1] : wilsonInterval(Math.min(inSample, sampled), sampled);
  const share = sampled === 0 ? 0 : inSample / sampled;
  return {
    ...base,
    size: Math.round(share * people),
    interval: [Math.max(inSample, Math.floor(low * people)), Math.ceil(high * people)],
    isExact: false,
  };
}

/** Rows of a person that were not merged yet are few: a sample bears them. */
function countPeople({ facts }: Store, workspace: string, scope: string): Promise<{ people: string }[]> {
  return facts.rows(`SELECT count() AS people FROM profiles WHERE workspace = {workspace:String}${scope} AND bot = 0`, {
    workspace,
  });
}

export type Evaluation = {
  profileId: string;
  isIn: boolean;
  /** The conditions in the order of the rule, those of referred segments included. */
  conditions: { sentence: string; holds: boolean }[];
};

/** One person held against a rule now, condition by condition. Throws `invalid_input` or `not_found`. */
export async function evaluateRule(store: Store, rule: unknown, person: string, asking: Asking): Promise<Evaluation> {
  const { workspace, now } = asking;
  const profile = await findProfile(store, workspace, person);
  const { program, context, segments } = await compiled(store, checkRule(rule), asking);
  const at = now.getTime();
  const needs = needsOf(program);
  const people = await loadPeople(store, profile === undefined ? [] : [profile], { workspace, context, needs, at });
  const found = profile === undefined ? undefined : people.get(profile);
  if (found === undefined) {
    throw new InklingError('not_found', `Nobody known here has the identifier "${person}".`, {
      field: 'person',
      value: person,
      hint: 'Use a user id, an anonymous id or a profile id of this workspace.',
    });
  }
  const values = program.leaves.map((leaf) => (leaf.evaluate(found, at) ? 1 : 0));
  return {
    profileId: toHexId(found.profile),
    isIn: !found.bot && program.segments[0].holds(values),
    conditions: program.leaves.map(({ condition }, i) => ({
      sentence: sayRuleNaming(condition, segments),
      holds: values[i] === 1,
    })),
  };
}

async function compiled(
  store: Store,
  rule: Rule,
  { workspace, consent, now }: Asking,
): Promise<{ program: Program; allows: Allows; context: Context; segments: readonly RuleSegment[] }> {
  const around = await readAround(store, workspace, consent, [rule]);
  const program = compileRules([{ id: 'this rule', number: 1, rule }], around);
  return {
    program,
    allows: around.allows,
    segments: around.segments,
    context: await contextOf(store, workspace, { program, allows: around.allows, now }),
  };
}
