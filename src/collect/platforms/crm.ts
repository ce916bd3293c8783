// What records of a CRM mean, whichever it is: a contact or lead is somebody with traits, and the dates at which it
// reached a stage are events; an opportunity (deal) is opened and won or lost by its contact. Ids are written with the
// name of the CRM before them, so that they are never taken for those of another system.

import { withoutBlanks } from '../connectors/objects.ts';
import type { SegmentMessage } from '../message.ts';

export type Contact = {
  crm: string;
  id: string;
  /** In one's own system, where the CRM knows it. */
  userId?: string;
  email?: string;
  phone?: string;
  country?: string;
  city?: string;
  /** When the record was last changed, which is when its traits held. */
  at: string;
  traits: Readonly<Record<string, unknown>>;
  /** Stages by the moment at which they were reached. */
  reached: readonly { event: string; at: string }[];
};

export type Deal = {
  crm: string;
  id: string;
  /** Its contact: the CRM's id of it, the person's own, or an address. */
  contact: { id?: string; userId?: string; email?: string };
  opened?: string;
  /** When it was won or lost, or is expected to be. */
  closes?: string;
  outcome: 'won' | 'lost' | 'open';
  properties: Readonly<Record<string, unknown>>;
};

/** Who somebody is, and the stages they have reached. */
export function messagesOfContact(contact: Contact): SegmentMessage[] {
  const { crm, id, userId, email, phone, country, city, at, traits, reached } = contact;
  const who = { userId, anonymousId: anonymousIdOf(crm, id) };
  const identify: SegmentMessage = {
    type: 'identify',
    messageId: `${crm}_${id}_${Date.parse(at)}`,
    ...who,
    timestamp: at,
    traits: withoutBlanks({ ...traits, email, phone, address: withoutBlanks({ country, city }) }),
    context: { platform: 'server' },
  };
  const contactTraits = withoutBlanks({ email, phone });
  return [
    identify,
    ...reached.map(({ event, at: when }) => ({
      type: 'track' as const,
      event,
      messageId: `${crm}_${id}_${event.replaceAll(' ', '_').toLowerCase()}_${Date.parse(when)}`,
      ...who,
      timestamp: when,
      properties: {},
      context: { platform: 'server', traits: contactTraits, location: withoutBlanks({ country, city }) },
    })),
  ];
}

/** That a deal was opened, and that it was won or lost. What is still open closes later. */
export function messagesOfDeal({ crm, id, contact, opened, closes, outcome, properties }: Deal): SegmentMessage[] {
  const who = {
    userId: contact.userId,
    anonymousId: contact.id === undefined ? undefined : anonymousIdOf(crm, contact.id),
    context: { platform: 'server', traits: withoutBlanks({ email: contact.email }) },
  };
  const told = (event: string, timestamp: string): SegmentMessage => ({
    type: 'track',
    event,
    messageId: `${crm}_deal_${id}_${event.replaceAll(' ', '_').toLowerCase()}`,
    ...who,
    timestamp,
    properties: { deal_id: id, ...properties },
  });
  const messages = opened === undefined ? [] : [told('Opportunity Created', opened)];
  if (outcome === 'open' || closes === undefined) return messages;
  return [...messages, told(outcome === 'won' ? 'Opportunity Won' : 'Opportunity Lost', closes)];
}

export function anonymousIdOf(crm: string, id: string): string {
  return `${crm}_${id}`;
}

/** Salesforce writes an id with 15 letters or with 18, of which the last three only check the others. */
export function recordId(text: string): string {
  return /^[a-zA-Z0-9]{18}$/.test(text) ? text.slice(0, 15) : text;
}

/** Whether the words of a stage say that the deal is over, and how. */
export function outcomeOf(stage: string): Deal['outcome'] {
  const letters = stage.toLowerCase().replace(/[^a-z]/g, '');
  if (letters.includes('closedwon') || letters === 'won') return 'won';
  return letters.includes('closedlost') || letters === 'lost' ? 'lost' : 'open';
}
