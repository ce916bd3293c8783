// Consent at the door: what a message and the request it came in say, whether its event may be stored, and what is
// stored instead. Nothing is lost in silence: what is withheld is counted, by category and reason.
// Segment's consent object: https://segment.com/docs/privacy/consent-management/consent-in-segment-connections/

import type { Choice, Personal, Privacy, Said, Verdict, WithoutConsent, WorkspaceConsent } from '../../govern/index.ts';
import { HOUR_MS, toClickHouseTime } from '../../time.ts';
import { canonicalEvent } from '../catalogue.ts';
import { type Fields, fieldsOf, shortText } from '../fields.ts';
import { identityOf } from '../identity.ts';
import type { WithheldRow } from '../line.ts';
import { correctedTime, type SegmentMessage, toEventRow } from '../message.ts';

/** What the browser says of itself, by header. */
export type Signals = { globalPrivacyControl: boolean; doNotTrack: boolean };

export type Judgement = {
  choices: Choice[];
  /** Absent = the event may be stored as it is. */
  withheld?: { category: string; reason: string; policy: Exclude<WithoutConsent, 'keep'> };
};

/** What the messages of a delivery have in common. */
export type Request = {
  signals: Signals | undefined;
  receivedAt: Date;
  recordedBy: string;
  source: string;
  personal: Personal;
  /** Made here of what was let in before. */
  isOwn?: true;
};

/** Undefined for most messages of most workspaces: nothing is known, nothing is said. Choices hold when it returns. */
export function judgeMessage(
  consent: WorkspaceConsent,
  message: SegmentMessage,
  request: Request,
): Judgement | undefined {
  const heard = hear(consent, message, request);
  if (heard === undefined) return undefined;
  const choices = heard.identifiers.length === 0 ? [] : choicesOf(consent, message, request, heard);
  for (const choice of choices) consent.note(choice);
  return { choices, withheld: withheldBy(consent, message, heard.verdict, request.signals) };
}

/** The same for a message that is refused: nobody's choice is taken from it, but it is not kept against one either. */
export function withheldRefusal(
  consent: WorkspaceConsent,
  message: SegmentMessage,
  request: Request,
): Judgement['withheld'] {
  const heard = hear(consent, message, request);
  return heard && withheldBy(consent, message, heard.verdict, request.signals);
}

type Heard = { identifiers: string[]; said: Said | undefined; verdict: Verdict };

function hear(consent: WorkspaceConsent, message: SegmentMessage, { signals, personal }: Request): Heard | undefined {
  const context = fieldsOf(message.context);
  const spoken = fieldsOf(context['consent'])['categoryPreferences'];
  const bits = signals === undefined ? 0 : signalBits(consent, signals);
  if (spoken === undefined && bits === 0 && consent.isSilent() && !isAnswer(message)) return undefined;
  const said = saidIn(message, spoken, consent);
  const identifiers = identifiersOf(consent, message, context, personal);
  return { identifiers, said, verdict: consent.judge(identifiers, said, bits) };
}

function choicesOf(
  consent: WorkspaceConsent,
  message: SegmentMessage,
  { signals, receivedAt, recordedBy }: Request,
  { identifiers, said, verdict }: Heard,
): Choice[] {
  const choices: Choice[] = [];
  const { news, newSignals } = verdict;
  if (news.known !== 0) {
    const express = said?.express ?? false;
    choices.push({
      identifiers,
      choices: byName(consent, news.known, news.allowed),
      decidedAt: express ? momentOf(message, receivedAt) : receivedAt,
      express,
      origin: express ? 'answer' : 'message',
      recordedBy,
      notice: noticeOf(message),
    });
  }
  if (newSignals !== 0) {
    const origin = signals?.globalPrivacyControl ? 'gpc' : 'dnt';
    const denied = byName(consent, newSignals, 0);
    choices.push({
      identifiers,
      choices: denied,
      decidedAt: receivedAt,
      express: false,
      origin,
      recordedBy,
      notice: '',
    });
  }
  return choices;
}

/** The hour and the name, or less: what may be kept of an event that may not be stored. */
export function withheldRow(
  workspace: string,
  { category, reason, policy }: NonNullable<Judgement['withheld']>,
  message: SegmentMessage,
  receivedAt: Date,
): WithheldRow {
  const at = toClickHouseTime(Math.floor(receivedAt.getTime() / HOUR_MS) * HOUR_MS);
  const event = policy === 'nothing' ? '' : shortText(eventOf(message));
  const row = { workspace, at, category, reason, kept: policy, event, events: 1 };
  return policy === 'anonymous' ? { ...row, ...anonymousPart(message, row) } : row;
}

/** What an event tells of things and none of persons: no ids, no texts of its own, the hour alone. */
function anonymousPart(message: SegmentMessage, { workspace }: WithheldRow): Partial<WithheldRow> {
  const { type, event, name, properties, context, channel } = message;
  const { page, userAgent, device, os, library, location, platform: named } = fieldsOf(context);
  const about = { page, userAgent, device, os, library, location, platform: named };
  const row = toEventRow(
    { type, event, name, properties, channel, context: about, messageId: '-' },
    {
      workspace,
      receivedAt: 0,
      source: '',
    },
  );
  const { source, platform, country, product_ids, currency, revenue } = row;
  return { source, platform, page_path: withoutIds(row.page_path), country, product_ids, currency, revenue };
}

/** Parts of a path that may be somebody's: with an @, three digits, or longer than a word. */
function withoutIds(path: string): string {
  return path.replace(/[^/]*(?:@|%40|\d\D*\d\D*\d|[^/]{40})[^/]*/g, ':id');
}

/** Segment's name, its former ones, and that of the browser SDK; compared by their letters. */
const answers = new Set([
  ...['segmentconsentpreferenceupdated', 'segmentconsentpreference', 'consentpreferenceupdated'],
  ...['consentpreferencesupdated', 'consentupdated'],
]);

/** An event that is there to tell a choice. */
function isAnswer({ type, event }: SegmentMessage): boolean {
  if (type !== 'track' || typeof event !== 'string' || event.length > 60) return false;
  return answers.has(event.toLowerCase().replace(/[^a-z]/g, ''));
}

function saidIn(message: SegmentMessage, spoken: unknown, consent: WorkspaceConsent): Said | undefined {
  const express = isAnswer(message);
  const preferences = fieldsOf(spoken ?? (express ? message.properties : undefined));
  let known = 0;
  let denied = 0;
  for (const name in preferences) {
    const value = preferences[name];
    const isYes = value === true || value === 'true';
    if (!isYes && value !== false && value !== 'false') continue;
    const bit = consent.bitOf(name);
    known |= bit;
    // Two names of one category that differ are a no.
    if (!isYes) denied |= bit;
  }
  return known === 0 ? undefined : { known, allowed: known & ~denied, express };
}

/** Bits that signals deny, worked out once for a workspace's settings. */
const signalled = new WeakMap<Privacy, { gpc: number; dnt: number }>();

function signalBits(consent: WorkspaceConsent, { globalPrivacyControl, doNotTrack }: Signals): number {
  let bits = signalled.get(consent.privacy);
  if (!bits) {
    const of = (names: readonly string[]) => names.reduce((all, name) => all | consent.bitOf(name), 0);
    bits = { gpc: of(consent.privacy.globalPrivacyControl), dnt: of(consent.privacy.doNotTrack) };
    signalled.set(consent.privacy, bits);
  }
  return (globalPrivacyControl ? bits.gpc : 0) | (doNotTrack ? bits.dnt : 0);
}

/** Every identifier of the message that stands for somebody. */
function identifiersOf(
  consent: WorkspaceConsent,
  message: SegmentMessage,
  context: Fields,
  personal: Personal,
): string[] {
  const details = { properties: fieldsOf(message.properties), traits: fieldsOf(message.traits), context };
  const { userId, anonymousId, emailHash, phoneHash, externalIds } = identityOf(message, details, personal);
  const names = [...externalIds];
  if (userId) names.push(consent.identifierOf('userId', userId));
  if (anonymousId) names.push(consent.identifierOf('anonymousId', anonymousId));
  if (emailHash) names.push(`e:${emailHash}`);
  if (phoneHash) names.push(`p:${phoneHash}`);
  return names;
}

function byName(consent: WorkspaceConsent, known: number, allowed: number): Record<string, boolean> {
  return Object.fromEntries(consent.namesOf(known).map((name) => [name, (consent.bitOf(name) & allowed) !== 0]));
}

/** A choice that waited in the queue of an SDK was made when it says; none is made in the future. */
function momentOf(message: SegmentMessage, receivedAt: Date): Date {
  const moment = correctedTime(message, receivedAt);
  return moment.getTime() <= receivedAt.getTime() ? moment : receivedAt;
}

function noticeOf({ properties, context }: SegmentMessage): string {
  const consent = fieldsOf(fieldsOf(context)['consent']);
  const own = fieldsOf(properties);
  return shortText(consent['noticeVersion'] ?? consent['version'] ?? own['notice_version'] ?? own['noticeVersion']);
}

function eventOf({ type, event }: SegmentMessage): string {
  if (type === 'track') return typeof event === 'string' ? event : '';
  if (type === 'page') return 'page_view';
  return type === 'screen' ? 'screen_view' : type;
}

function withheldBy(
  consent: WorkspaceConsent,
  message: SegmentMessage,
  { denied, signalled: bySignal, byDefault }: Verdict,
  signals: Signals | undefined,
): Judgement['withheld'] {
  const name = categoryOfEvent(consent.privacy, eventOf(message));
  const bit = consent.bitOf(name);
  const { withoutConsent: policy } = consent.privacy.categories.find((one) => one.name === name)!;
  if ((denied & bit) === 0 || policy === 'keep') return undefined;
  const signal = signals?.globalPrivacyControl ? 'gpc' : 'dnt';
  const reason = bySignal & bit ? signal : byDefault & bit ? 'default' : 'choice';
  return { category: name, reason, policy };
}

function categoryOfEvent({ categories, events }: Privacy, event: string): string {
  const canonical = canonicalEvent(event);
  const fits = ({ event: wanted }: Privacy['events'][number]) =>
    wanted.endsWith('*') ? event.startsWith(wanted.slice(0, -1)) : event === wanted || canonical === wanted;
  return events.find(fits)?.category ?? categories[0].name;
}
