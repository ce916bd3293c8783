// Stripe's webhook: one event a call, signed in `Stripe-Signature: t=SECONDS,v1=HEX[,v1=HEX…]` with the HMAC-SHA256 of
// "t.body"; a signature older than five minutes is a replay. Several v1 stand there while a secret is being rolled.
// https://docs.stripe.com/webhooks#verify-manually

import { Type } from 'typebox';
import { SECOND_MS } from '../../time.ts';
import { stripeSettings } from '../connectors/stripe.ts';
import { fieldsOf } from '../fields.ts';
import { readStripe } from '../platforms/stripe.ts';
import { defineWebhook, isSigned, jsonOf, received, requireSecret, secretSetting, unsigned } from './webhook.ts';

export const stripeWebhook = defineWebhook({
  name: 'stripe',
  sentence: 'Payments, refunds, checkouts, invoices, subscriptions and customers of Stripe, as they happen.',
  setUp:
    'Add an endpoint under Developers, Webhooks with the address {address}; choose charge.succeeded, charge.captured, ' +
    'charge.failed, charge.refunded, checkout.session.completed, invoice.paid, invoice.payment_failed, ' +
    'customer.created, customer.updated and customer.subscription.*; then copy its signing secret (whsec_…) here.',
  settings: Type.Object(
    {
      secret: secretSetting('The signing secret of the endpoint, whsec_….'),
      toleranceSeconds: Type.Number({ default: 300, minimum: 0, description: 'How old a signature may be.' }),
      ...stripeSettings,
    },
    { additionalProperties: false },
  ),
  faults: 'kept',
  verify: (call, { secret, toleranceSeconds }, now) => {
    const key = requireSecret(secret, 'stripe');
    const parts = call
      .header('stripe-signature')
      .split(',')
      .map((part) => part.trim().split('='));
    const seconds = parts.find(([name]) => name === 't')?.[1] ?? '';
    const signatures = parts.filter(([name]) => name === 'v1').map(([, value = '']) => value);
    if (!/^\d+$/.test(seconds) || signatures.length === 0)
      throw unsigned('stripe-signature', 'This call carries no signature of Stripe.', 'Let Stripe call this address.');
    const signed = Buffer.concat([Buffer.from(`${seconds}.`), call.bytes]);
    if (!signatures.some((given) => isSigned(key, signed, given, { algorithm: 'sha256', encoding: 'hex' })))
      throw unsigned('stripe-signature', 'The signature does not belong to this body.', 'Compare the signing secret.');
    const ageSeconds = now.getTime() / SECOND_MS - Number(seconds);
    if (ageSeconds > toleranceSeconds)
      throw unsigned('stripe-signature', `The signature is ${Math.round(ageSeconds)} s old.`, 'Check the clock here.');
  },
  read: (call, settings) => received(readStripe(fieldsOf(jsonOf(call)), settings)),
});
