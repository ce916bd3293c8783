// What Stripe's objects and events mean: a customer is somebody, a charge is a purchase, money given back a refund.
// One payment is told several times (a checkout, an invoice and a charge), so only one kind of object counts as the
// purchase; the others are events of their own without revenue. Amounts are in the smallest unit of their currency.
// https://docs.stripe.com/api/events/types, https://docs.stripe.com/currencies#minor-units

import { SECOND_MS } from '../../time.ts';
import { isoOfMs, numberIn } from '../connectors/cells.ts';
import { type Meaning, refuse } from '../connectors/connector.ts';
import { withoutBlanks } from '../connectors/objects.ts';
import { type Fields, fieldsOf, numberOf, textOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';

/** Which kind of object is the purchase; where its metadata name the person's id in one's own system. */
export type StripeReading = { purchases: string; userIdKey: string };

export const stripePurchases = ['charge', 'checkout.session', 'invoice'] as const;

/** A charge as if it was in whole units: 1000 is 10 dollars and 1000 yen. */
export function inWholeUnits(amount: unknown, currency: unknown): number | undefined {
  const minor = numberIn(amount);
  if (minor === undefined) return undefined;
  const code = textOf(currency).toUpperCase();
  return minor / (withoutDecimals.has(code) ? 1 : withThreeDecimals.has(code) ? 1000 : 100);
}

/** Stripe's own list: ISK and UGX have no decimals either but are sent as if they had two. */
const withoutDecimals = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const withThreeDecimals = new Set('BHD JOD KWD OMR TND'.split(' '));

/** What an event or an object says; a refusal for those that tell of nobody's act. */
export function readStripe(value: Fields, reading: StripeReading): Meaning[] {
  if (value['object'] === 'list' && Array.isArray(value['data']))
    return nonEmpty(value['data'].flatMap((one) => readStripe(fieldsOf(one), reading)));
  if (value['object'] !== 'event') return readObject(value, `${textOf(value['object'])}`, reading);
  const { object, previous_attributes } = fieldsOf(value['data']);
  const event: Told = {
    type: textOf(value['type']),
    id: textOf(value['id']),
    at: momentOf(value['created']),
    before: fieldsOf(previous_attributes),
  };
  return readObject(fieldsOf(object), event.type, reading, event);
}

type Told = { type: string; id: string; at: string | undefined; before: Fields };
type Act = { event: string; id: string; at: string | undefined; properties: Record<string, unknown> };

function readObject(object: Fields, type: string, reading: StripeReading, told?: Told): Meaning[] {
  const id = textOf(object['id']);
  if (id === '') return [refuse('id', '', 'no id of an object')];
  const at = told?.at ?? momentOf(object['created']);
  if (at === undefined) return [refuse('created', object['created'], 'not a moment')];
  const meaning = meanings[type];
  if (meaning === undefined) return [refuse('type', type, 'not an event or object that tells of what a person did')];
  const found = meaning(object, { reading, told, at });
  return nonEmpty(
    found.map((act) => (act.event === 'identify' ? whoIs(object, act, reading) : done(object, act, reading))),
  );
}

type Seen = { reading: StripeReading; told: Told | undefined; at: string };
type Reader = (object: Fields, seen: Seen) => Act[];

/** By the type of an event, or of an object where there is no event around it. */
const meanings: Readonly<Record<string, Reader>> = Object.assign(Object.create(null), {
  customer: identified,
  'customer.created': identified,
  'customer.updated': identified,
  charge: paid,
  'charge.succeeded': paid,
  'charge.captured': paid,
  'charge.failed': (charge: Fields, seen: Seen) => [failedCharge(charge, seen)],
  'charge.refunded': (charge: Fields, seen: Seen) => refundedSince(charge, seen),
  refund: (refund: Fields, { at }: Seen) => [refunded(refund, at)],
  'checkout.session': checkout,
  'checkout.session.completed': checkout,
  'checkout.session.async_payment_succeeded': checkout,
  'checkout.session.expired': (session: Fields, { at }: Seen) => [
    { event: 'Checkout Expired', id: `${textOf(session['id'])}_expired`, at, properties: sessionMoney(session) },
  ],
  invoice: invoicePaid,
  'invoice.paid': invoicePaid,
  'invoice.payment_failed': (invoice: Fields, { at, told }: Seen) => [
    { event: 'Invoice Payment Failed', id: told!.id, at, properties: invoiceMoney(invoice) },
  ],
  subscription: subscribed,
  'customer.subscription.created': subscribed,
  'customer.subscription.updated': (subscription: Fields, { at, told }: Seen) => [
    { event: 'Subscription Updated', id: told!.id, at, properties: planOf(subscription) },
  ],
  'customer.subscription.deleted': (subscription: Fields, { at }: Seen) => [
    {
      event: 'Subscription Cancelled',
      id: `${textOf(subscription['id'])}_cancelled`,
      at,
      properties: planOf(subscription),
    },
  ],
  'customer.subscription.trial_will_end': (subscription: Fields, { at, told }: Seen) => [
    { event: 'Trial Ending', id: told!.id, at, properties: planOf(subscription) },
  ],
});

function identified(customer: Fields, { told, at }: Seen): Act[] {
  return [{ event: 'identify', id: told?.id ?? textOf(customer['id']), at, properties: {} }];
}

function paid(charge: Fields, { reading, told, at }: Seen): Act[] {
  const id = textOf(charge['id']);
  if (charge['status'] !== 'succeeded') return told ? [] : [failedCharge(charge, { reading, told, at })];
  const properties = chargeMoney(charge);
  // Money that was set aside and not taken yet; the capture follows as an event of its own.
  if (charge['captured'] === false) return [{ event: 'Payment Authorized', id: `${id}_authorized`, at, properties }];
  const event = reading.purchases === 'charge' ? 'Order Completed' : 'Payment Succeeded';
  const back = told ? [] : refundsIn(charge);
  return [{ event, id: `${id}_paid`, at, properties: asPurchase(event, properties) }, ...back];
}

function failedCharge(charge: Fields, { at }: Seen): Act {
  const reason = charge['failure_code'] ?? fieldsOf(charge['outcome'])['reason'];
  const properties = withoutBlanks({ ...chargeMoney(charge), reason });
  return { event: 'Payment Failed', id: `${textOf(charge['id'])}_failed`, at, properties };
}

function chargeMoney(charge: Fields): Record<string, unknown> {
  return withoutBlanks({
    order_id: orderOf(charge),
    amount: inWholeUnits(charge['amount_captured'] ?? charge['amount'], charge['currency']),
    currency: textOf(charge['currency']).toUpperCase(),
    description: charge['description'],
    invoice: idOf(charge['invoice']),
    payment_method: fieldsOf(charge['payment_method_details'])['type'],
  });
}

/** The payment is what its charge, checkout and refunds have in common. */
function orderOf(object: Fields): string {
  return idOf(object['payment_intent']) || idOf(object['charge']) || textOf(object['id']);
}

function refundsIn(charge: Fields): Act[] {
  const { data } = fieldsOf(charge['refunds']);
  return Array.isArray(data)
    ? data.map((refund) => refunded(fieldsOf(refund), momentOf(fieldsOf(refund)['created'])))
    : [];
}

function refunded(refund: Fields, at: string | undefined): Act {
  const { currency, reason } = refund;
  const properties = withoutBlanks({
    order_id: orderOf(refund),
    revenue: inWholeUnits(refund['amount'], currency),
    currency: textOf(currency).toUpperCase(),
    reason,
  });
  return { event: 'Order Refunded', id: textOf(refund['id']), at, properties };
}

/** The event carries the sum that has been given back so far, and what it was before. */
function refundedSince(charge: Fields, { told, at }: Seen): Act[] {
  const now = numberOf(charge['amount_refunded']) ?? 0;
  const more = now - (numberOf(told?.before['amount_refunded']) ?? 0);
  if (more <= 0) return [];
  const { amount, ...rest } = chargeMoney(charge);
  const properties = { ...rest, revenue: inWholeUnits(more, charge['currency']) };
  return [{ event: 'Order Refunded', id: `${textOf(charge['id'])}_refunded_${now}`, at, properties }];
}

function checkout(session: Fields, { reading, at, told }: Seen): Act[] {
  const id = textOf(session['id']);
  const status = textOf(session['payment_status']);
  if (!told && session['status'] !== 'complete')
    return [{ event: 'Checkout Started', id: `${id}_started`, at, properties: sessionMoney(session) }];
  const isPurchase = reading.purchases === 'checkout.session' && status !== 'unpaid';
  const event = isPurchase ? 'Order Completed' : 'Checkout Completed';
  const suffix = status === 'unpaid' ? 'completed' : 'paid';
  return [{ event, id: `${id}_${suffix}`, at, properties: asPurchase(event, sessionMoney(session)) }];
}

function sessionMoney(session: Fields): Record<string, unknown> {
  const { currency } = session;
  return withoutBlanks({
    order_id: orderOf(session),
    checkout_id: session['id'],
    amount: inWholeUnits(session['amount_total'], currency),
    currency: textOf(currency).toUpperCase(),
    mode: session['mode'],
    payment_status: session['payment_status'],
    products: linesOf(session['line_items'], currency),
  });
}

function invoicePaid(invoice: Fields, { reading, at, told }: Seen): Act[] {
  if (!told && invoice['status'] !== 'paid')
    return [
      { event: 'Invoice Created', id: `${textOf(invoice['id'])}_created`, at, properties: invoiceMoney(invoice) },
    ];
  const event = reading.purchases === 'invoice' ? 'Order Completed' : 'Invoice Paid';
  const paidAt = momentOf(fieldsOf(invoice['status_transitions'])['paid_at']) ?? at;
  return [
    { event, id: `${textOf(invoice['id'])}_paid`, at: paidAt, properties: asPurchase(event, invoiceMoney(invoice)) },
  ];
}

function invoiceMoney(invoice: Fields): Record<string, unknown> {
  const { currency } = invoice;
  return withoutBlanks({
    order_id: invoice['id'],
    amount: inWholeUnits(invoice['amount_paid'] || invoice['amount_due'], currency),
    currency: textOf(currency).toUpperCase(),
    subscription: idOf(invoice['subscription']),
    billing_reason: invoice['billing_reason'],
    attempts: invoice['attempt_count'],
    products: linesOf(invoice['lines'], currency),
  });
}

/** Lines of an invoice or a checkout as products; undefined where the list is not there. */
function linesOf(list: unknown, currency: unknown): unknown[] | undefined {
  const { data } = fieldsOf(list);
  if (!Array.isArray(data) || data.length === 0) return undefined;
  return data.map((entry) => {
    const line = fieldsOf(entry);
    const price = fieldsOf(line['price']);
    const quantity = numberOf(line['quantity']) ?? 1;
    const total = inWholeUnits(line['amount_total'] ?? line['amount'], currency);
    return withoutBlanks({
      product_id: idOf(price['product']) || textOf(price['id']) || textOf(line['id']),
      name: line['description'],
      quantity,
      price:
        inWholeUnits(price['unit_amount'], currency) ?? (total === undefined ? undefined : total / (quantity || 1)),
    });
  });
}

function subscribed(subscription: Fields, { at }: Seen): Act[] {
  const id = textOf(subscription['id']);
  const properties = planOf(subscription);
  const begun = { event: 'Subscription Created', id: `${id}_created`, at, properties };
  const ended = momentOf(subscription['ended_at']);
  if (ended === undefined) return [begun];
  return [begun, { event: 'Subscription Cancelled', id: `${id}_cancelled`, at: ended, properties }];
}

/** Not as revenue: what is paid for it arrives as charges. */
function planOf(subscription: Fields): Record<string, unknown> {
  const { data } = fieldsOf(subscription['items']);
  const item = fieldsOf(Array.isArray(data) ? data[0] : undefined);
  const price = fieldsOf(item['price']);
  return withoutBlanks({
    subscription_id: subscription['id'],
    status: subscription['status'],
    plan: idOf(price['product']) || price['id'],
    plan_amount: inWholeUnits(price['unit_amount'], price['currency']),
    interval: fieldsOf(price['recurring'])['interval'],
    quantity: item['quantity'],
    currency: textOf(price['currency']).toUpperCase(),
    cancel_at_period_end: subscription['cancel_at_period_end'],
  });
}

function asPurchase(event: string, { amount, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return event === 'Order Completed' ? { ...rest, revenue: amount } : { ...rest, amount };
}

function done(object: Fields, { event, id, at, properties }: Act, reading: StripeReading): Meaning {
  const who = personOf(object, reading);
  if (!who.userId && !who.anonymousId && !who.traits['email'] && !who.traits['phone'])
    return refuse('customer', '', 'no customer, e-mail address or phone number: nobody to credit it to');
  const { userId, anonymousId, traits, location } = who;
  return {
    type: 'track',
    event,
    messageId: `stripe_${id}`,
    userId,
    anonymousId,
    timestamp: at,
    properties,
    context: { platform: 'server', traits, location },
  };
}

function whoIs(customer: Fields, { id, at }: Act, reading: StripeReading): SegmentMessage {
  const { userId } = personOf(customer, reading);
  const address = fieldsOf(customer['address']);
  return {
    type: 'identify',
    messageId: `stripe_${id}`,
    userId,
    anonymousId: textOf(customer['id']),
    timestamp: at,
    traits: withoutBlanks({
      email: customer['email'],
      phone: customer['phone'],
      ...fieldsOf(customer['metadata']),
      delinquent: customer['delinquent'],
      address: withoutBlanks({ country: address['country'], city: address['city'] }),
    }),
    context: { platform: 'server' },
  };
}

type Person = {
  userId: string | undefined;
  anonymousId: string | undefined;
  traits: Record<string, unknown>;
  location: Record<string, unknown>;
};

/** Stripe's customer is one of its own; the person's id in one's own system stands in the metadata or the checkout. */
function personOf(object: Fields, { userIdKey }: StripeReading): Person {
  const charge = fieldsOf(object['charge']);
  const customer = object['customer'] ?? charge['customer'];
  const details = fieldsOf(object['customer_details'] ?? object['billing_details'] ?? charge['billing_details']);
  const expanded = fieldsOf(customer);
  const address = fieldsOf(details['address'] ?? object['customer_address']);
  const own =
    textOf(fieldsOf(object['metadata'])[userIdKey]) ||
    textOf(object['client_reference_id']) ||
    textOf(fieldsOf(expanded['metadata'])[userIdKey]);
  return {
    userId: own || undefined,
    anonymousId: idOf(customer) || undefined,
    traits: withoutBlanks({
      email: details['email'] ?? object['customer_email'] ?? object['receipt_email'] ?? expanded['email'],
      phone: details['phone'] ?? object['customer_phone'] ?? expanded['phone'],
    }),
    location: withoutBlanks({ country: address['country'], city: address['city'] }),
  };
}

/** The id of an object that is named or stands there itself. */
function idOf(value: unknown): string {
  return textOf(value) || textOf(fieldsOf(value)['id']);
}

function momentOf(seconds: unknown): string | undefined {
  const number = numberOf(seconds);
  return number === undefined || number <= 0 ? undefined : isoOfMs(number * SECOND_MS);
}

function nonEmpty(found: Meaning[]): Meaning[] {
  return found.length > 0 ? found : [refuse('type', '', 'not an event or object that tells of what a person did')];
}
