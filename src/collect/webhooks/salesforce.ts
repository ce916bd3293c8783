// Salesforce's outbound messages: SOAP with up to 100 notifications, each with an id and a record with the fields chosen in
// Setup. They carry no signature; what names the sender is the write key in the address and the organisation's id. A
// message is sent again for 24 hours until it is answered with Ack.
// https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm

import { Type } from 'typebox';
import { isoMoment, numberIn } from '../connectors/cells.ts';
import { type Meaning, refuse } from '../connectors/connector.ts';
import { withoutBlanks } from '../connectors/objects.ts';
import type { SegmentMessage } from '../message.ts';
import { anonymousIdOf, messagesOfContact, messagesOfDeal, outcomeOf, recordId } from '../platforms/crm.ts';
import { type Element, findElement, parseXml, textIn } from './soap.ts';
import { defineWebhook, received, unsigned } from './webhook.ts';

type Changed = {
  id: string;
  notification: string;
  at: string;
  field(name: string): string;
  others: Record<string, unknown>;
};

/** By the kind of record. */
const records: Readonly<Record<string, (record: Changed, userIdField: string) => Meaning[]>> = {
  Contact: readPerson,
  Lead: readPerson,
  Opportunity: readOpportunity,
  Case: readCase,
};

export const salesforceWebhook = defineWebhook({
  name: 'salesforce',
  sentence: 'Contacts, leads, opportunities and cases of Salesforce, by outbound messages.',
  setUp:
    'In Setup, under Outbound Messages, make one for Contact, Lead, Opportunity or Case with the address {address} and ' +
    "all fields you want (with Id, CreatedDate, LastModifiedDate, Email, ContactId, StageName, IsClosed, IsWon where there are such); let a flow send it; then copy the organisation's id here.",
  settings: Type.Object(
    {
      organizationId: Type.Optional(
        Type.String({ description: "The organisation's id, 00D…, from Setup, Company Information." }),
      ),
      userIdField: Type.String({
        default: '',
        description: "The field that holds the person's id in your own system, such as Customer_No__c.",
      }),
    },
    { additionalProperties: false },
  ),
  faults: 'kept',
  verify: (call, { organizationId }) => {
    const sent = textIn(findElement(parseXml(call.bytes.toString('utf8')), 'notifications'), 'OrganizationId');
    const remedy = 'Set organizationId to the id of your organisation, 00D….';
    if (!organizationId) throw unsigned('organizationId', "The organisation's id is not set here.", remedy);
    if (recordId(sent) !== recordId(organizationId))
      throw unsigned('OrganizationId', 'The message comes from another organisation.', remedy);
  },
  read: (call, { userIdField }) => {
    const notifications = findElement(parseXml(call.bytes.toString('utf8')), 'notifications')!;
    const told = notifications.children.filter(({ name }) => name === 'Notification');
    return received(told.flatMap((notification) => readNotification(notification, userIdField)));
  },
  answer: {
    type: 'text/xml',
    body:
      '<?xml version="1.0" encoding="UTF-8"?>' +
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
      '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>' +
      '</soapenv:Body></soapenv:Envelope>',
  },
});

function readNotification(notification: Element, userIdField: string): Meaning[] {
  const record = notification.children.find(({ name }) => name === 'sObject');
  const kind = record?.attributes['type']?.split(':').at(-1) ?? '';
  if (!record || !Object.hasOwn(records, kind))
    return [refuse('sObject', kind, 'not a contact, lead, opportunity or case')];
  const field = (name: string) => (name === '' ? '' : textIn(record, name));
  const at =
    isoMoment(field('LastModifiedDate')) ?? isoMoment(field('SystemModstamp')) ?? isoMoment(field('CreatedDate'));
  const id = recordId(field('Id'));
  if (at === undefined || id === '') return [refuse('Id', id, 'no Id, or none of LastModifiedDate and CreatedDate')];
  return records[kind](
    { id, notification: textIn(notification, 'Id'), at, field, others: othersOf(record) },
    userIdField,
  );
}

/** Fields that say who somebody is or have a place of their own; names of people are dropped everywhere. */
const placed = new Set(
  (
    'Id Name FirstName LastName Salutation Email Phone MobilePhone ContactId CreatedDate LastModifiedDate SystemModstamp Subject ' +
    'Description SuppliedEmail SuppliedName SuppliedPhone MailingCountry MailingCity Country City OwnerId'
  ).split(' '),
);

function othersOf(record: Element): Record<string, unknown> {
  const fields = record.children.filter(({ name, text }) => !placed.has(name) && text.trim() !== '');
  return Object.fromEntries(fields.map(({ name, text }) => [snakeCase(name), typedText(text.trim())]));
}

function snakeCase(name: string): string {
  return name
    .replace(/__c$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function typedText(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return String(Number(text)) === text ? Number(text) : text;
}

function readPerson({ id, at, field, others }: Changed, userIdField: string): SegmentMessage[] {
  const created = isoMoment(field('CreatedDate'));
  const reached = created === undefined ? [] : [{ event: 'Contact Created', at: created }];
  const converted = field('IsConverted') === 'true' ? (isoMoment(field('ConvertedDate')) ?? at) : undefined;
  if (converted !== undefined) reached.push({ event: 'Lead Converted', at: converted });
  return messagesOfContact({
    crm: 'salesforce',
    id,
    userId: field(userIdField) || undefined,
    email: field('Email') || undefined,
    phone: field('MobilePhone') || field('Phone') || undefined,
    country: field('MailingCountry') || field('Country') || undefined,
    city: field('MailingCity') || field('City') || undefined,
    at,
    traits: others,
    reached,
  });
}

function readOpportunity({ id, field, others }: Changed, userIdField: string): Meaning[] {
  const contactId = recordId(field('ContactId'));
  const userId = field(userIdField);
  if (contactId === '' && userId === '') return [refuse('ContactId', '', 'no contact: nobody to credit the deal to')];
  const stage = field('StageName');
  const over = field('IsWon') === 'true' ? 'won' : field('IsClosed') === 'true' ? 'lost' : outcomeOf(stage);
  return messagesOfDeal({
    crm: 'salesforce',
    id,
    contact: { id: contactId || undefined, userId: userId || undefined },
    opened: isoMoment(field('CreatedDate')),
    closes: isoMoment(field('CloseDate')),
    outcome: over,
    properties: withoutBlanks({ ...others, stage, amount: numberIn(field('Amount')) }),
  });
}

function readCase({ id, field, others }: Changed): Meaning[] {
  const contactId = recordId(field('ContactId'));
  const email = field('SuppliedEmail');
  const at = isoMoment(field('CreatedDate'));
  if (contactId === '' && email === '') return [refuse('ContactId', '', 'no contact: nobody to credit the case to')];
  if (at === undefined) return [refuse('CreatedDate', '', 'no Id, or none of LastModifiedDate and CreatedDate')];
  return [
    {
      type: 'track',
      event: 'Support Ticket Created',
      messageId: `salesforce_case_${id}`,
      anonymousId: contactId === '' ? undefined : anonymousIdOf('salesforce', contactId),
      timestamp: at,
      properties: { ticket_id: id, ...others },
      context: { platform: 'server', traits: withoutBlanks({ email }) },
    },
  ];
}
