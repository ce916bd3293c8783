// The dials of the shop: each with its unit, range and default in one TypeBox schema, from which CLI help, form and
// validation are drawn. All mistakes in one settings object are reported together. The moment is never read from a
// clock unless the caller leaves `end` open.
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { InklingError } from '../errors.ts';
import { addDays, startOfDay } from '../time.ts';
import { clearTypes } from './manner.ts';

const share = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1, default: fallback, description });
const effect = (fallback: number, description: string) =>
  Type.Number({ minimum: -3, maximum: 3, default: fallback, description });

/** The JSON schema of every dial but `end`, with its default. */
export const shopSettingsSchema = Type.Object(
  {
    seed: Type.Union([Type.Number(), Type.String()], {
      default: 1,
      description: 'The same seed and settings give the same messages, byte for byte.',
    }),
    shoppers: Type.Integer({
      minimum: 0,
      maximum: 10_000_000,
      default: 8000,
      description: 'People who ever come to the shop (bots come on top). Events grow in proportion.',
    }),
    days: Type.Integer({ minimum: 1, maximum: 3660, default: 180, description: 'Length of the history in days.' }),
    categories: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      default: ['Shoes', 'Dresses', 'Jackets', 'Jeans', 'Bags', 'Sportswear', 'Jewellery', 'Home'],
      description: 'Names of the product categories.',
    }),
    productsPerCategory: Type.Integer({
      minimum: 2,
      maximum: 10_000,
      default: 60,
      description: 'Products on offer in each category.',
    }),
    newShopperShare: share(
      0.42,
      'Share of shoppers whose first visit falls within the history; the others came before.',
    ),
    accountShare: share(0.75, 'Share of shoppers who may ever log in; the others stay guests.'),
    loginRate: share(0.35, 'Probability per web or app visit that an account holder who is logged out logs in.'),
    cookieClearRate: share(0.02, 'Probability per web visit that cookies are gone: new anonymous id, logged out.'),
    duplicateAccountShare: share(
      0.06,
      'Share of account holders with a second account on the marketplace, under the same e-mail or phone.',
    ),
    slipShare: share(
      0.2,
      'Share of forms filled in by hand that hold a slip or two: mistyped, misread, swapped, a name cut to its initial.',
    ),
    movedShare: share(0.04, 'Share of shoppers who move house within the history.'),
    relayShare: share(
      0.4,
      'Share of second accounts on the marketplace that come with an address of the marketplace and no phone: only name, home and birthday tell whose they are.',
    ),
    otherMailShare: share(0.15, 'Share of orders of guests under another e-mail address than their usual one.'),
    subscriberShare: share(0.45, 'Share of account holders who take the newsletter.'),
    emailEffect: effect(
      0.3,
      'Natural log of the factor on intent and buying on a day an e-mail is opened (persuadability 1).',
    ),
    campaignEffect: effect(
      0.35,
      'Natural log of the factor on intent and buying on campaign days (price sensitivity 1).',
    ),
    treatmentEffect: effect(
      0.3,
      'Natural log of the factor on the buying hazard while a coupon test runs, for the treated (persuadability 1; it is drawn from a normal with mean 1 and deviation 1, so some are put off).',
    ),
    treatmentShare: share(0.5, 'Share of subscribers who get the coupon in each randomised coupon test.'),
    demographicBias: effect(0, "Natural log of the factor on women's buying hazard relative to everyone else's."),
    botShare: share(0.02, 'Bots as a share of shoppers and bots together (at most 0.9).'),
    anomalyShare: share(
      0.01,
      'Share of shoppers who live through one anomaly (card testing, bulk fraud, broken checkout) per 180 days.',
    ),
    noise: share(
      0.15,
      'How far behaviour is cut loose from intent: 0 = visits look like the intent behind them and nobody buys on impulse, 1 = looks are random.',
    ),
    clearShare: share(
      0,
      'Share of shoppers who are of a clear type: regulars who come, look, decide and pay in a way of their own.',
    ),
    clearTypes: Type.Array(Type.Enum([...clearTypes]), {
      minItems: 1,
      default: [...clearTypes],
      description: 'The clear types that there are, in equal shares.',
    }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', default: 'EUR', description: 'ISO 4217 code of all prices.' }),
  },
  { additionalProperties: false },
);

/** Every dial, and the first midnight (UTC) that is no longer simulated. */
export type ShopSettings = Static<typeof shopSettingsSchema> & { end: Date };

/** Fills in defaults and checks. `end` defaults to the last midnight before `now`, so that the last day is yesterday. */
export function readSettings(given: Partial<ShopSettings>, now: Date): ShopSettings {
  const { end: givenEnd, ...dials } = given;
  const present = Object.fromEntries(Object.entries(dials).filter(([, value]) => value !== undefined));
  const settings = Value.Default(shopSettingsSchema, present);
  const mistakes = Value.Errors(shopSettingsSchema, settings)
    .filter((error) => error.message !== 'schema is false')
    .map((error) => {
      const field = error.instancePath.slice(1).replaceAll('/', '.') || unknownDials(present);
      return { field, message: `${field} ${error.message}` };
    });
  const end = givenEnd ?? startOfDay(now);
  if (Number.isNaN(end.getTime()) || startOfDay(end).getTime() !== end.getTime()) {
    mistakes.push({ field: 'end', message: 'end must be a midnight in UTC' });
  }
  if (present.botShare !== undefined && (present.botShare as number) > 0.9) {
    mistakes.push({ field: 'botShare', message: 'botShare must be <= 0.9' });
  }
  if (mistakes.length > 0) {
    throw new InklingError(
      'invalid_input',
      `The shop cannot be opened: ${mistakes.map((m) => m.message).join('; ')}.`,
      {
        field: mistakes[0].field,
        value: (given as Record<string, unknown>)[mistakes[0].field],
        hint: 'The dials, their ranges and defaults are described in shopSettingsSchema.',
      },
    );
  }
  return { ...(settings as Static<typeof shopSettingsSchema>), end };
}

/** The first simulated midnight. */
export function startOf(settings: ShopSettings): Date {
  return addDays(settings.end, -settings.days);
}

function unknownDials(given: object): string {
  return Object.keys(given)
    .filter((name) => !(name in shopSettingsSchema.properties))
    .join(', ');
}
