// What Shopify's orders, checkouts, carts, customers and refunds mean, in the spelling of its REST API and webhooks
// (created_at) and of its GraphQL API (createdAt). A customer's id is written shopify_ID, so that it is never taken for a
// number of another system; a cart's token is the anonymous id that a visitor has until the order names the customer.
// https://shopify.dev/docs/api/admin-rest/latest/resources/order, https://shopify.dev/docs/api/admin-graphql/latest/objects/Order

import { isoMoment, numberIn } from '../connectors/cells.ts';
import { type Meaning, refuse } from '../connectors/connector.ts';
import { withoutBlanks } from '../connectors/objects.ts';
import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';

/** An order, and what was given back of it or called off. */
export function readOrder(order: Fields): Meaning[] {
  const id = numberOfId(pick(order, 'id', 'legacyResourceId'));
  if (id === '') return [refuse('id', pick(order, 'id'), 'no id of an order')];
  const at = isoMoment(pick(order, 'processed_at', 'processedAt', 'created_at', 'createdAt'));
  if (at === undefined) return [refuse('created_at', pick(order, 'created_at', 'createdAt'), 'not a moment')];
  if (pick(order, 'test') === true) return [refuse('test', true, 'a test order')];
  const who = buyerOf(order);
  if (!isSomebody(who)) return [nobody()];
  const bought = track('Order Completed', `order_${id}`, at, who, orderProperties(order, id));
  return [bought, ...cancelled(order, id, who), ...refundsOf(order, id, who)];
}

/** The order called off, where it was. */
export function cancelled(order: Fields, id = numberOfId(pick(order, 'id')), who = buyerOf(order)): Meaning[] {
  const at = isoMoment(pick(order, 'cancelled_at', 'cancelledAt'));
  if (at === undefined) return [];
  const reason = pick(order, 'cancel_reason', 'cancelReason');
  return [track('Order Cancelled', `order_${id}_cancelled`, at, who, withoutBlanks({ order_id: id, reason }))];
}

/** What was given back of an order that lists it. */
export function refundsOf(order: Fields, id = numberOfId(pick(order, 'id')), who = buyerOf(order)): Meaning[] {
  const refunds = order['refunds'];
  return Array.isArray(refunds) ? refunds.flatMap((refund) => readRefund(fieldsOf(refund), id, who)) : [];
}

/** Whom a message is about. */
export type Buyer = Pick<SegmentMessage, 'userId' | 'anonymousId'> & {
  traits: Record<string, unknown>;
  location: Record<string, unknown>;
};

/** Money given back; an empty refund (a restocked line) is none. */
export function readRefund(refund: Fields, order: string, who: Buyer): Meaning[] {
  const at = isoMoment(pick(refund, 'processed_at', 'created_at', 'createdAt'));
  const id = numberOfId(pick(refund, 'id', 'legacyResourceId'));
  if (at === undefined || id === '') return [];
  const { amount, currency } = givenBack(refund);
  if (!amount) return [];
  const lines = listIn(pick(refund, 'refund_line_items', 'refundLineItems')).map((line) => {
    const { quantity, line_item, lineItem } = line;
    return { ...productOf(fieldsOf(line_item ?? lineItem)), quantity };
  });
  const properties = { order_id: order, revenue: amount, currency, ...(lines.length > 0 ? { products: lines } : {}) };
  return [track('Order Refunded', `refund_${id}`, at, who, withoutBlanks(properties))];
}

function givenBack(refund: Fields): { amount: number | undefined; currency: string } {
  const total = moneyIn(refund['totalRefundedSet']);
  if (total.amount !== undefined) return total;
  const done = listIn(refund['transactions']).filter(
    ({ kind, status }) => /^refund$/i.test(textOf(kind)) && (status === undefined || /^success$/i.test(textOf(status))),
  );
  const amount = done.reduce((sum, transaction) => sum + (numberIn(transaction['amount']) ?? 0), 0);
  return { amount: Math.round(amount * 100) / 100, currency: textOf(done[0]?.['currency']) };
}

export function readCheckout(checkout: Fields): Meaning[] {
  const token = textOf(checkout['token']) || textOf(checkout['id']);
  const at = isoMoment(pick(checkout, 'created_at', 'createdAt'));
  if (token === '' || at === undefined) return [refuse('token', token, 'no token or moment of a checkout')];
  const who = buyerOf(checkout);
  if (!isSomebody(who)) return [nobody()];
  const properties = withoutBlanks({
    checkout_id: token,
    cart_id: pick(checkout, 'cart_token'),
    value: numberIn(pick(checkout, 'total_price')),
    currency: pick(checkout, 'currency', 'presentment_currency'),
    products: productsOf(checkout),
  });
  return [track('Checkout Started', `checkout_${token}_started`, at, who, properties)];
}

/** A cart is anonymous; `id` tells one change of it from another. */
export function readCart(cart: Fields, event: string, id: string): Meaning[] {
  const token = textOf(cart['token']) || textOf(cart['id']);
  const at = isoMoment(pick(cart, 'updated_at', 'created_at'));
  if (token === '' || at === undefined) return [refuse('token', token, 'no token or moment of a cart')];
  const who = { anonymousId: `shopify_cart_${token}`, traits: {}, location: {} };
  return [track(event, `cart_${id}`, at, who, withoutBlanks({ cart_id: token, products: productsOf(cart) }))];
}

export function readCustomer(customer: Fields): Meaning[] {
  const id = numberOfId(pick(customer, 'id', 'legacyResourceId'));
  const at = isoMoment(pick(customer, 'updated_at', 'updatedAt', 'created_at', 'createdAt'));
  if (id === '' || at === undefined) return [refuse('id', id, 'no id or moment of a customer')];
  const address = fieldsOf(pick(customer, 'default_address', 'defaultAddress'));
  const consent = fieldsOf(pick(customer, 'email_marketing_consent', 'emailMarketingConsent'));
  const traits = withoutBlanks({
    ...contactOf(customer),
    accepts_marketing: consent['state'] ?? consent['marketingState'] ?? pick(customer, 'accepts_marketing'),
    tags: pick(customer, 'tags'),
    state: pick(customer, 'state'),
    verified_email: pick(customer, 'verified_email', 'verifiedEmail'),
    created_at: pick(customer, 'created_at', 'createdAt'),
    address: withoutBlanks(placeOf(address)),
  });
  return [
    {
      type: 'identify',
      messageId: `shopify_customer_${id}_${Date.parse(at)}`,
      userId: `shopify_${id}`,
      timestamp: at,
      traits,
      context: { platform: 'server' },
    },
  ];
}

function track(
  event: string,
  id: string,
  timestamp: string,
  who: Buyer,
  properties: Record<string, unknown>,
): SegmentMessage {
  const { userId, anonymousId, traits, location } = who;
  const messageId = `shopify_${id}`;
  return {
    type: 'track',
    event,
    messageId,
    userId,
    anonymousId,
    timestamp,
    properties,
    context: { platform: 'web', traits, location },
  };
}

/** Who bought: the customer's id, the cart's token, address and number. */
export function buyerOf(order: Fields): Buyer {
  const customer = fieldsOf(order['customer']);
  const cart = textOf(pick(order, 'cart_token'));
  const address = fieldsOf(
    pick(order, 'shipping_address', 'shippingAddress') ?? pick(order, 'billing_address', 'billingAddress'),
  );
  const id = numberOfId(pick(customer, 'id', 'legacyResourceId'));
  return {
    userId: id === '' ? undefined : `shopify_${id}`,
    anonymousId: cart === '' ? undefined : `shopify_cart_${cart}`,
    traits: withoutBlanks({ ...contactOf(customer), ...contactOf(order) }),
    location: withoutBlanks(placeOf(address)),
  };
}

function isSomebody({ userId, anonymousId, traits }: Buyer): boolean {
  return Boolean(userId || anonymousId || traits['email'] || traits['phone']);
}

function nobody() {
  return refuse('customer', '', 'no customer, e-mail address or phone number: nobody to credit it to');
}

function contactOf(who: Fields): Record<string, unknown> {
  const newer = fieldsOf(who['defaultEmailAddress'])['emailAddress'];
  return withoutBlanks({ email: pick(who, 'email', 'contact_email') ?? newer, phone: who['phone'] });
}

function placeOf(address: Fields): Record<string, unknown> {
  return { country: pick(address, 'country_code', 'countryCodeV2', 'country'), city: address['city'] };
}

function orderProperties(order: Fields, id: string): Record<string, unknown> {
  const total = moneyIn(order['totalPriceSet']);
  const code = pick(order, 'discount_codes', 'discountCodes');
  const [first] = Array.isArray(code) ? code : [];
  return withoutBlanks({
    order_id: id,
    order_name: pick(order, 'name'),
    checkout_id: pick(order, 'checkout_token'),
    cart_id: pick(order, 'cart_token'),
    revenue: total.amount ?? numberIn(pick(order, 'total_price')),
    tax: moneyIn(order['totalTaxSet']).amount ?? numberIn(pick(order, 'total_tax')),
    discount: moneyIn(order['totalDiscountsSet']).amount ?? numberIn(pick(order, 'total_discounts')),
    currency: total.currency || pick(order, 'currency', 'currencyCode'),
    coupon: typeof first === 'string' ? first : fieldsOf(first)['code'],
    financial_status: pick(order, 'financial_status', 'displayFinancialStatus'),
    source_name: pick(order, 'source_name', 'sourceName'),
    products: productsOf(order),
  });
}

function productsOf(order: Fields): Record<string, unknown>[] {
  return listIn(pick(order, 'line_items', 'lineItems')).map(productOf);
}

function productOf(line: Fields): Record<string, unknown> {
  const product = fieldsOf(line['product']);
  const unit = moneyIn(line['discountedUnitPriceSet'] ?? line['originalUnitPriceSet']);
  const sku = textOf(line['sku']);
  return withoutBlanks({
    product_id: numberOfId(pick(line, 'product_id') ?? product['id']) || sku || textOf(line['id']),
    sku,
    name: pick(line, 'title', 'name'),
    variant: pick(line, 'variant_title', 'variantTitle'),
    brand: line['vendor'],
    category: pick(line, 'product_type') ?? product['productType'],
    price: unit.amount ?? numberIn(line['price']),
    quantity: line['quantity'],
  });
}

/** A list as REST has it, or GraphQL's connection of edges or nodes. */
function listIn(value: unknown): Fields[] {
  if (Array.isArray(value)) return value.map(fieldsOf);
  const { edges, nodes } = fieldsOf(value);
  if (Array.isArray(nodes)) return nodes.map(fieldsOf);
  return Array.isArray(edges) ? edges.map((edge) => fieldsOf(fieldsOf(edge)['node'])) : [];
}

/** The shop's own money in one of GraphQL's sets of two currencies. */
function moneyIn(set: unknown): { amount: number | undefined; currency: string } {
  const { amount, currencyCode } = fieldsOf(fieldsOf(set)['shopMoney']);
  return { amount: numberIn(amount), currency: textOf(currencyCode) };
}

/** `gid://shopify/Order/450789469` is 450789469. */
export function numberOfId(id: unknown): string {
  return textOf(id).split('?')[0].split('/').at(-1)!;
}

/** The first of the fields that says something: the same one is spelt in two ways. */
export function pick(fields: Fields, ...names: readonly string[]): unknown {
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}
