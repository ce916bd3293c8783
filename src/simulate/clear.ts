// Shoppers of six clear types [CBP-5], for tests of what finds groups by itself: each type comes, looks, decides and pays
// in a way of its own, with a little spread around it. They are regulars from before the history, so that there is
// something to tell them by. The dial is off unless it is set, and then draws from a stream of its own.
import type { Random } from '../math/index.ts';
import { BROWSING, COMPARING, READY } from './intent.ts';
import type { ClearType, Manner } from './manner.ts';
import { type Shopper, warmUpDays } from './population.ts';
import type { ShopSettings } from './settings.ts';

type Pattern = {
  temper: Pick<Shopper, 'pace' | 'buyer' | 'habit' | 'impulse' | 'lapseRate' | 'replenishRate' | 'resolve'>;
  manner: Omit<Manner, 'type'>;
};

const usual = { lists: 1, views: 1, searches: 1, filters: 1, dwell: 1, extraLines: 0, bargains: 1 };
const steady = { impulse: 0.5, lapseRate: 0.0003, resolve: 1 };

const patterns: Record<ClearType, Pattern> = {
  high_value_buyer: {
    temper: { ...steady, pace: 28, buyer: 2.6, habit: 1.3, replenishRate: 0.4 },
    manner: { ...usual, extraLines: 2.5 },
  },
  at_risk: {
    temper: { ...steady, pace: 12, buyer: 2, habit: 1, replenishRate: 0.15 },
    manner: usual,
  },
  explorer: {
    temper: { ...steady, pace: 28, buyer: 0.05, habit: 1.3, impulse: 0, replenishRate: 0.004 },
    manner: { ...usual, look: BROWSING, lists: 8, views: 2, searches: 0.3 },
  },
  direct_buyer: {
    temper: { ...steady, pace: 0.2, buyer: 5, habit: 0.3, replenishRate: 0.004, resolve: 200 },
    manner: { ...usual, look: READY, lists: 0.1, views: 0.25, searches: 0.4, filters: 0, dwell: 0.6 },
  },
  researcher: {
    temper: { ...steady, pace: 9, buyer: 0.8, habit: 1, replenishRate: 0.01 },
    manner: { ...usual, look: COMPARING, views: 4, searches: 2.5, filters: 0.2, dwell: 2 },
  },
  comparator: {
    temper: { ...steady, pace: 9, buyer: 1.4, habit: 1, replenishRate: 0.01 },
    manner: { ...usual, look: COMPARING, lists: 6, filters: 1.8, couponRate: 0.9, bargains: 4 },
  },
};

/** Makes the shopper one of the clear types, or leaves them as drawn. */
export function sharpen(shopper: Shopper, settings: ShopSettings, random: Random): void {
  if (random.uniform() >= settings.clearShare) return;
  const type = settings.clearTypes[random.int(settings.clearTypes.length)];
  const spread = (value: number) => value * Math.exp(0.2 * random.normal() - 0.02);
  const { temper, manner } = patterns[type];
  Object.assign(shopper, temper, {
    pace: spread(temper.pace),
    buyer: spread(temper.buyer),
    habit: spread(temper.habit),
    arrivalDay: -1 - random.int(warmUpDays),
    manner: { ...manner, type, views: spread(manner.views), lists: spread(manner.lists) },
    fadesFrom: type === 'at_risk' ? settings.days - 45 - random.int(30) : Number.POSITIVE_INFINITY,
  });
}
