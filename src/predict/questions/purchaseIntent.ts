// Who is about to buy? Any conversion of one's own can stand in for the purchase: a sign-up, a booking, a subscription.

import { type Static, Type } from 'typebox';
import type { Question } from '../question.ts';
import { NO_TRADE, tradeNames } from '../trades.ts';

export const PurchaseIntentSettings = Type.Object(
  {
    timeframeDays: Type.Integer({
      default: 14,
      minimum: 1,
      maximum: 180,
      description: 'Days within which the conversion has to happen: 7, 14, 30 or any number.',
    }),
    conversionEvent: Type.String({
      default: 'purchase',
      minLength: 1,
      maxLength: 200,
      description: 'The event that counts as the conversion.',
    }),
    productCategory: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Only conversions with a product of this category count.',
      }),
    ),
    trade: Type.Enum([...tradeNames], {
      default: NO_TRADE,
      description: `Whose calendar stands in for the season not in the data: ${tradeNames.join(', ')}.`,
    }),
    signals: Type.Optional(
      Type.Object(
        {
          include: Type.Optional(
            Type.Array(Type.String(), { description: 'The only signals to learn from; absent = all of them.' }),
          ),
          exclude: Type.Optional(Type.Array(Type.String(), { description: 'Signals to leave out.' })),
        },
        { additionalProperties: false },
      ),
    ),
    seed: Type.Integer({
      default: 1,
      minimum: 0,
      description: 'Seed of every draw, so that a training can be repeated.',
    }),
  },
  { additionalProperties: false },
);
export type PurchaseIntentSettings = Static<typeof PurchaseIntentSettings>;

export const purchaseIntent: Question<PurchaseIntentSettings> = {
  name: 'purchase_intent',
  sentence: 'Who is about to buy, within how many days?',
  settings: PurchaseIntentSettings,
  outcome: ({ conversionEvent, timeframeDays, productCategory }) => ({
    event: conversionEvent,
    timeframeDays,
    ...(productCategory === undefined ? {} : { category: productCategory }),
  }),
  wording: ({ conversionEvent, productCategory }) => {
    const of = productCategory === undefined ? '' : ` ${productCategory}`;
    if (conversionEvent === 'purchase') return { infinitive: `buy${of}`, past: `bought${of}` };
    const named = conversionEvent.replaceAll('_', ' ');
    return { infinitive: `convert (${named}${of})`, past: `converted (${named}${of})` };
  },
  recencySignals: ['days_since_purchase', 'hours_since_activity'],
};
