// Contacts, leads and deals as HubSpot and Salesforce export them in CSV: with the names that people see ("Record ID",
// "Deal Stage") or those of the API (Id, StageName). Columns are recognised by their names and, where a name says
// nothing, by what stands in them; a mapping overrides both. Columns that nobody claims become traits of the contact or
// properties of the deal; a "Became a … Date" of HubSpot becomes an event.
// https://knowledge.hubspot.com/import-and-export/export-records,
// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunity.htm

import { Type } from 'typebox';
import { InklingError } from '../../errors.ts';
import { emailHashOf } from '../identifiers.ts';
import { messagesOfContact, messagesOfDeal, outcomeOf, recordId } from '../platforms/crm.ts';
import { identifierIn, isBlank, isoMoment, numberIn, textIn } from './cells.ts';
import {
  checked,
  defineConnector,
  type Meaning,
  type ReadContext,
  type Row,
  readEach,
  refuse,
  tableSettings,
} from './connector.ts';
import { withoutBlanks } from './objects.ts';

/** What a column can be, by the letters of its usual names, likeliest first. */
const roles: Readonly<Record<string, string>> = {
  id: 'recordid id contactid leadid opportunityid dealid hsobjectid',
  userId: 'userid customerid externalid externalidc useridc',
  email: 'email emailaddress workemail associatedcontactemails associatedcontactemail contactemail',
  phone: 'phone phonenumber mobilephone mobilephonenumber mobile',
  contactId: 'associatedcontactids contactid primarycontactid contactidc',
  contact: 'associatedcontact associatedcontacts primarycontact contact',
  opened: 'createdate createddate created',
  changed: 'lastmodifieddate lastmodified systemmodstamp lastactivitydate',
  closes: 'closedate converteddate',
  stage: 'dealstage stagename stage',
  isWon: 'iswon isclosedwon',
  isClosed: 'isclosed isdealclosed',
  amount: 'amount dealamount',
  currency: 'currency currencyisocode dealcurrencycode',
  country: 'countryregion country mailingcountry mailingcountrycode countrycode',
  city: 'city mailingcity',
};
const columns = ['Record ID', 'Email', 'Lifecycle Stage', 'Create Date'];
const stages =
  'lifecyclestage leadstatus leadsource dealstage stagename stage status isconverted becamealeaddate'.split(' ');
const BECAME = /^(?:date )?(?:became|entered)(?: an?)? "?(.+?)"?(?: date)?(?: \(.*\))?$/i;

type Places = Partial<Record<string, number>>;
type Plan = { crm: string; header: readonly string[]; places: Places; became: { event: string; place: number }[] };

export const crm = defineConnector({
  name: 'crm',
  sentence: 'Contacts, leads and deals as HubSpot and Salesforce export them in CSV.',
  settings: Type.Object(
    {
      crm: Type.Optional(
        Type.Union([Type.Literal('hubspot'), Type.Literal('salesforce')], {
          description: 'Whose export it is; absent = seen in its columns.',
        }),
      ),
      records: Type.Optional(
        Type.Union([Type.Literal('contacts'), Type.Literal('deals')], {
          description: 'What the rows are; absent = seen in its columns.',
        }),
      ),
      ...tableSettings,
    },
    { additionalProperties: false },
  ),
  shapes: ['csv'],
  columns,
  idsOf: ['crm', 'hubspot', 'salesforce'],
  conversionEvent: 'purchase',
  recognises: ({ shape, header }) => {
    const names = header.map(lettersOf);
    const hasId = names.some((name) => roles['id'].split(' ').includes(name));
    return shape === 'csv' && hasId && stages.some((stage) => names.includes(stage));
  },
  read: (batches, context) => {
    const plan = planOf(context);
    const { records = plan.places['stage'] === undefined ? 'contacts' : 'deals' } = context.settings;
    return readEach<Row>(batches, (row) => (records === 'deals' ? readDeal(row, plan) : readContact(row, plan)));
  },
});

function planOf({ header, mapping = {}, settings }: ReadContext<{ crm?: string }>): Plan {
  const names = header.map(lettersOf);
  const places: Places = {};
  for (const [target, column] of Object.entries(mapping))
    places[roleOf(target, column)] = placeIn(header, target, column);
  const taken = new Set(Object.values(places));
  for (const [role, words] of Object.entries(roles)) {
    if (places[role] !== undefined) continue;
    const found = words
      .split(' ')
      .map((word) => names.indexOf(word))
      .find((at) => at >= 0 && !taken.has(at));
    if (found === undefined) continue;
    places[role] = found;
    taken.add(found);
  }
  const became = header.flatMap((name, place) => {
    const stage = BECAME.exec(name.trim())?.[1];
    return stage === undefined ? [] : [{ event: `Became ${titled(stage)}`, place }];
  });
  const inWords = header.some((name) => /^(Record ID|Deal Stage|Lifecycle Stage)/i.test(name.trim()));
  return { crm: settings.crm ?? (inWords ? 'hubspot' : 'salesforce'), header, places, became };
}

/** `traits.email` and `email` are one. */
function roleOf(target: string, column: string): string {
  const role = target.split('.').at(-1)!;
  if (Object.hasOwn(roles, role)) return role;
  throw new InklingError('invalid_input', `A mapping of a CRM's export cannot fill "${target}".`, {
    field: `mapping.${target}`,
    value: column,
    hint: `Fill one of ${Object.keys(roles).join(', ')}.`,
  });
}

function placeIn(header: readonly string[], target: string, column: string): number {
  const place = header.indexOf(column);
  if (place >= 0) return place;
  throw new InklingError('invalid_input', `The file has no column "${column}".`, {
    field: `mapping.${target}`,
    value: column,
    hint: `Its columns are ${header.join(', ')}.`,
  });
}

function readContact(row: Row, plan: Plan): Meaning | Meaning[] {
  const cell = (role: string) => cellOf(row, plan, role);
  const id = idOf(cell('id'));
  const email = textIn(cell('email')) || emailIn(row);
  if (id === '') return refuse(nameOf(plan, 'id'), cell('id'), 'not the id of a record');
  const changed = isoMoment(cell('changed')) ?? isoMoment(cell('opened'));
  if (changed === undefined)
    return refuse(nameOf(plan, 'opened'), cell('opened'), 'no moment of a change or a beginning');
  const reached = plan.became.flatMap(({ event, place }) => {
    const at = isoMoment(row[place]);
    return at === undefined ? [] : [{ event, at }];
  });
  const opened = isoMoment(cell('opened'));
  if (opened !== undefined) reached.unshift({ event: 'Contact Created', at: opened });
  return messagesOfContact({
    crm: plan.crm,
    id,
    userId: identifierIn(cell('userId')) || undefined,
    email: email || undefined,
    phone: textIn(cell('phone')) || undefined,
    country: textIn(cell('country')) || undefined,
    city: textIn(cell('city')) || undefined,
    at: changed,
    traits: othersOf(row, plan, ['stage']),
    reached,
  }).map(checked);
}

function readDeal(row: Row, plan: Plan): Meaning | Meaning[] {
  const cell = (role: string) => cellOf(row, plan, role);
  const id = idOf(cell('id'));
  if (id === '') return refuse(nameOf(plan, 'id'), cell('id'), 'not the id of a record');
  const email = textIn(cell('email')) || emailIn([cell('contact')]) || emailIn(row);
  // The first of several contacts; the deal is one, and so is whoever it is credited to.
  const contactId = idOf(identifierIn(cell('contactId')).split(/[;,]/)[0].trim());
  const userId = identifierIn(cell('userId')) || undefined;
  if (email === '' && contactId === '' && userId === undefined)
    return refuse(nameOf(plan, 'contactId'), '', 'no contact: nobody to credit the deal to');
  const stage = textIn(cell('stage'));
  const messages = messagesOfDeal({
    crm: plan.crm,
    id,
    contact: { id: contactId || undefined, userId, email: email || undefined },
    opened: isoMoment(cell('opened')),
    closes: isoMoment(cell('closes')),
    outcome: isTrue(cell('isWon')) ? 'won' : isTrue(cell('isClosed')) ? 'lost' : outcomeOf(stage),
    properties: withoutBlanks({
      ...othersOf(row, plan, []),
      stage,
      amount: numberIn(cell('amount')),
      currency: textIn(cell('currency')),
    }),
  });
  return messages.length > 0
    ? messages.map(checked)
    : refuse(nameOf(plan, 'opened'), cell('opened'), 'no moment of a change or a beginning');
}

function cellOf(row: Row, { places }: Plan, role: string): unknown {
  const place = places[role];
  return place === undefined ? undefined : row[place];
}

function nameOf({ header, places }: Plan, role: string): string {
  const place = places[role];
  return place === undefined ? role : header[place];
}

/** HubSpot's ids are numbers, Salesforce's have 15 or 18 letters and digits. */
function idOf(cell: unknown): string {
  const id = identifierIn(cell);
  return /^\d{1,20}$|^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/.test(id) ? recordId(id) : '';
}

/** An address anywhere in the row, as in "Ada Lovelace (ada@example.com)". */
function emailIn(cells: readonly unknown[]): string {
  for (const cell of cells) {
    if (typeof cell !== 'string' || !cell.includes('@')) continue;
    const found = cell.match(/[^\s@<>()";,]+@[^\s@<>()";,]+\.[^\s@<>()";,.]{2,}/)?.[0];
    if (found !== undefined && emailHashOf(found) !== '') return found;
  }
  return '';
}

function isTrue(cell: unknown): boolean {
  return ['true', 'yes', '1'].includes(textIn(cell).toLowerCase());
}

/** Names of people, of those who serve them, and free text that may hold both. */
const unkept = /^(?:name|dealname|opportunityname|firstname|lastname|description|.*notes?|.*owner.*|.*contact)$/;

/** Columns that are nothing else, under their own names. */
function othersOf(row: Row, { header, places, became }: Plan, claimable: readonly string[]): Record<string, unknown> {
  const claimed = new Set([
    ...Object.entries(places).map(([role, place]) => (claimable.includes(role) ? -1 : place)),
    ...became.map(({ place }) => place),
  ]);
  const others: Record<string, unknown> = {};
  for (const [i, name] of header.entries()) {
    if (claimed.has(i) || name === '' || unkept.test(lettersOf(name)) || isBlank(row[i])) continue;
    const cell = row[i];
    const number = typeof cell === 'string' && String(Number(cell)) === cell ? Number(cell) : undefined;
    others[snakeCase(name)] = number ?? cell;
  }
  return others;
}

function snakeCase(name: string): string {
  return name
    .replace(/__c$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

function titled(words: string): string {
  return words.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
