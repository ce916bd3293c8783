// The platforms that may call by themselves. A new one is one file and one line here.

import { hubspotWebhook } from './hubspot.ts';
import { salesforceWebhook } from './salesforce.ts';
import { segmentWebhook } from './segment.ts';
import { shopifyWebhook } from './shopify.ts';
import { stripeWebhook } from './stripe.ts';
import type { WebhookSource } from './webhook.ts';
import { zapierWebhook } from './zapier.ts';

export const webhooks: readonly WebhookSource[] = [
  stripeWebhook,
  shopifyWebhook,
  hubspotWebhook,
  salesforceWebhook,
  segmentWebhook,
  zapierWebhook,
];
