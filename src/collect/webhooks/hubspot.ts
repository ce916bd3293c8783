// HubSpot's webhooks: a list of up to 100 events, signed in `X-HubSpot-Signature-v3` with the base64 of the HMAC-SHA256 of
// method, address, body and `X-HubSpot-Request-Timestamp` under the app's secret, at most five minutes old. An event
// carries one property of a contact; a deal is told when it is tied to a contact, since its own events name none.
// https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests,
// https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide

import { Type } from 'typebox';
import { MINUTE_MS } from '../../time.ts';
import { isoMoment } from '../connectors/cells.ts';
import { type Meaning, refuse } from '../connectors/connector.ts';
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';
import { anonymousIdOf } from '../platforms/crm.ts';
import { defineWebhook, isSigned, jsonOf, received, requireSecret, secretSetting, unsigned } from './webhook.ts';

const MOST_AGE_MS = 5 * MINUTE_MS;

export const hubspotWebhook = defineWebhook({
  name: 'hubspot',
  sentence: 'Contacts of HubSpot and the deals they are tied to, as they change.',
  setUp:
    'In your app, under Webhooks, set the target address {address} and subscribe to contact.creation, ' +
    "contact.propertyChange (email, lifecyclestage and the properties you want) and deal.associationChange; then copy the app's client secret here.",
  settings: Type.Object(
    {
      secret: secretSetting("The app's client secret."),
      address: Type.Optional(
        Type.String({
          description: 'The target address as HubSpot knows it, where a proxy hides it from this server.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  faults: 'kept',
  verify: (call, { secret, address }, now) => {
    const key = requireSecret(secret, 'hubspot');
    const given = call.header('x-hubspot-signature-v3');
    const timestamp = call.header('x-hubspot-request-timestamp');
    if (given === '' || !/^\d+$/.test(timestamp))
      throw unsigned(
        'x-hubspot-signature-v3',
        'This call carries no signature of HubSpot.',
        'Let HubSpot call this address.',
      );
    const addresses = address ? [address] : call.addresses;
    const isFrom = (called: string) => {
      const signed = Buffer.concat([Buffer.from(call.method + decoded(called)), call.bytes, Buffer.from(timestamp)]);
      return isSigned(key, signed, given, { algorithm: 'sha256', encoding: 'base64' });
    };
    if (!addresses.some(isFrom))
      throw unsigned(
        'x-hubspot-signature-v3',
        'The signature does not belong to this call.',
        'Compare the secret, and set the address as HubSpot knows it if there is a proxy in between.',
      );
    if (now.getTime() - Number(timestamp) > MOST_AGE_MS)
      throw unsigned('x-hubspot-request-timestamp', 'The call is older than five minutes.', 'Check the clock here.');
  },
  read: (call) => {
    const body = jsonOf(call);
    const events = Array.isArray(body) ? body : [body];
    return received(events.map((event) => readEvent(fieldsOf(event))));
  },
});

/** HubSpot signs the address with these characters written out. */
function decoded(address: string): string {
  return address.replace(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, decodeURIComponent);
}

/** The id of an event is not unique, but with its kind, object and moment it is. */
function idOf(event: Fields): string {
  return ['eventId', 'subscriptionType', 'objectId', 'fromObjectId', 'toObjectId', 'propertyName', 'occurredAt']
    .map((name) => textOf(event[name]))
    .filter(Boolean)
    .join('_');
}

function readEvent(event: Fields): Meaning {
  const type = textOf(event['subscriptionType'] ?? event['eventType']);
  const at = isoMoment(event['occurredAt']);
  if (at === undefined) return refuse('occurredAt', event['occurredAt'], 'not a moment');
  const about = (contact: string, rest: Partial<SegmentMessage> & Pick<SegmentMessage, 'type'>): SegmentMessage => ({
    ...rest,
    messageId: `hubspot_${idOf(event)}`,
    anonymousId: anonymousIdOf('hubspot', contact),
    timestamp: at,
    context: { platform: 'server' },
  });
  const contact = textOf(event['objectId']);
  if (type === 'contact.creation') return about(contact, { type: 'track', event: 'Contact Created', properties: {} });
  if (type === 'contact.propertyChange') {
    const [name, value] = [textOf(event['propertyName']), event['propertyValue']];
    return about(contact, { type: 'identify', traits: { [name]: value } });
  }
  if (type === 'deal.associationChange' || type === 'contact.associationChange') return tied(event, about);
  return refuse('subscriptionType', type, 'not an event that tells of a contact');
}

type About = (contact: string, rest: Partial<SegmentMessage> & Pick<SegmentMessage, 'type'>) => SegmentMessage;

function tied(event: Fields, about: About): Meaning {
  const kind = textOf(event['associationType']);
  const [from, to] = [textOf(event['fromObjectId']), textOf(event['toObjectId'])];
  const [deal, contact] = kind === 'DEAL_TO_CONTACT' ? [from, to] : kind === 'CONTACT_TO_DEAL' ? [to, from] : ['', ''];
  if (deal === '' || contact === '') return refuse('associationType', kind, 'not a deal tied to a contact');
  if (event['associationRemoved'] === true) return refuse('associationRemoved', true, 'a deal that was untied');
  // In the words of a deal's export, but not under its id: a deal may be tied to several people.
  return about(contact, { type: 'track', event: 'Opportunity Associated', properties: { deal_id: deal } });
}
