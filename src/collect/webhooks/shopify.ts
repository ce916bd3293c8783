// Shopify's webhooks: the topic stands in `X-Shopify-Topic`, the signature in `X-Shopify-Hmac-Sha256` as base64 of the
// HMAC-SHA256 of the body under the app's client secret. A refund names its order only, so who placed that is looked up.
// https://shopify.dev/docs/apps/build/webhooks/verify-deliveries, https://shopify.dev/docs/api/webhooks

import { Type } from 'typebox';
import { DAY_MS } from '../../time.ts';
import { isoMoment } from '../connectors/cells.ts';
import { type Meaning, refuse } from '../connectors/connector.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import {
  buyerOf,
  cancelled,
  numberOfId,
  pick,
  readCart,
  readCheckout,
  readCustomer,
  readOrder,
  readRefund,
  refundsOf,
} from '../platforms/shopify.ts';
import {
  defineWebhook,
  isSigned,
  jsonOf,
  type Lookups,
  received,
  requireSecret,
  secretSetting,
  unsigned,
  type WebhookCall,
} from './webhook.ts';

type Topic = (body: Fields, call: WebhookCall, lookups: Lookups) => Meaning[] | Promise<Meaning[]>;

/** Whichever of the topics of an order comes first makes the purchase; it has one id in all of them. */
const topics: Readonly<Record<string, Topic>> = {
  'orders/create': readOrder,
  'orders/paid': readOrder,
  'orders/cancelled': (order) => cancelled(order),
  'orders/updated': lately,
  'refunds/create': creditRefund,
  'checkouts/create': readCheckout,
  'checkouts/update': readCheckout,
  'carts/create': (cart, call) => readCart(cart, 'Product Added', deliveryOf(call)),
  'carts/update': (cart, call) => readCart(cart, 'Cart Updated', deliveryOf(call)),
  'customers/create': readCustomer,
  'customers/update': readCustomer,
};

export const shopifyWebhook = defineWebhook({
  name: 'shopify',
  sentence: 'Orders, refunds, checkouts, carts and customers of Shopify, as they happen.',
  setUp:
    `Under Settings, Notifications, Webhooks (or in your app) add ${Object.keys(topics).join(', ')} in JSON with the ` +
    'address {address}; then copy the key that they are signed with here.',
  settings: Type.Object(
    {
      secret: secretSetting(
        "The key that the webhooks are signed with: of the shop's notifications, or the app's client secret.",
      ),
    },
    { additionalProperties: false },
  ),
  faults: 'kept',
  verify: (call, { secret }) => {
    const key = requireSecret(secret, 'shopify');
    const given = call.header('x-shopify-hmac-sha256');
    if (given === '')
      throw unsigned(
        'x-shopify-hmac-sha256',
        'This call carries no signature of Shopify.',
        'Let Shopify call this address.',
      );
    if (!isSigned(key, call.bytes, given, { algorithm: 'sha256', encoding: 'base64' }))
      throw unsigned('x-shopify-hmac-sha256', 'The signature does not belong to this body.', 'Compare the secret.');
  },
  read: async (call, _settings, lookups) => {
    const topic = call.header('x-shopify-topic');
    const read = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
    if (read === undefined) return { messages: [], ignored: [`the topic ${topic} tells of no act of a customer`] };
    return received(await read(fieldsOf(jsonOf(call)), call, lookups));
  },
});

/** The same when a delivery is repeated. */
function deliveryOf(call: WebhookCall): string {
  return call.header('x-shopify-webhook-id') || call.header('x-shopify-event-id');
}

/** An order is sent whole at each change: what was given back long ago has been told long ago. */
function lately(order: Fields): Meaning[] {
  const updated = isoMoment(pick(order, 'updated_at'));
  if (updated === undefined) return [refuse('updated_at', '', 'not a moment')];
  const since = new Date(Date.parse(updated) - DAY_MS).toISOString();
  const isNew = (meaning: Meaning) => 'type' in meaning && String(meaning.timestamp) >= since;
  return [...cancelled(order), ...refundsOf(order)].filter(isNew);
}

async function creditRefund(refund: Fields, _call: WebhookCall, lookups: Lookups): Promise<Meaning[]> {
  const order = numberOfId(pick(refund, 'order_id'));
  const who = { ...buyerOf(refund), ...(await lookups.buyerOf(order, ['shopify', 'shopify-csv'])) };
  // Without a buyer it is refused at the door, and waits among the rejected to be mended.
  return readRefund(refund, order, who);
}
