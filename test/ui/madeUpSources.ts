// Made-up sources: two that have sent events, one that sends its first when the fixture is told so, and a platform to set up.

import type { Sources } from '../../ui/src/api.ts';
import type { Variant } from './fixture.ts';
import type { Shop } from './madeUp.ts';

export function sourcesOf({ now }: Shop, variant: Variant): Sources {
  const lastEventAt = new Date(now.getTime() - 60_000).toISOString();
  const seen = [{ source: 'inkling-browser', events: 1204, lastEventAt }];
  return {
    webhooks: [
      {
        name: 'stripe',
        sentence: 'Payments, refunds, checkouts, invoices, subscriptions and customers of Stripe, as they happen.',
        setUp:
          'Add an endpoint under Developers, Webhooks with the address {address}; then copy its signing secret here.',
        path: '/v1/webhook/stripe',
        settings: [
          { name: 'secret', description: 'The signing secret.', choices: [], secret: true, set: true, value: null },
          {
            name: 'purchases',
            description: 'Which object counts as the purchase.',
            choices: ['charge', 'checkout.session', 'invoice'],
            secret: false,
            set: false,
            value: 'charge',
          },
        ],
      },
    ],
    seen: variant === 'full' ? seen : [...seen, { source: 'http', events: 1, lastEventAt }],
  };
}
