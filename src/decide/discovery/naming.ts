// What a group is called: by the six types of shoppers where its middle fits a definition, else by the two behaviours that
// set it apart most. A difference counts in deviations of all people with habits.

import { behaviours } from './behaviours.ts';

export type ShopperType = {
  type: string;
  name: string;
  definition: string;
  /** Behaviours with the least (or, below zero, the most) difference they must show. */
  asks: Readonly<Record<string, number>>;
};

export const shopperTypes: readonly ShopperType[] = [
  {
    ...{ type: 'high_value_buyer', name: 'High-value buyers', asks: { purchases: 0.6, basket: 0.4 } },
    definition: 'Buy at least 0.6 deviations more often than is usual, in baskets at least 0.4 larger.',
  },
  {
    ...{ type: 'at_risk', name: 'At risk', asks: { trend: -0.8 } },
    definition: 'Visits have fallen by at least 0.8 deviations more than is usual.',
  },
  {
    ...{ type: 'explorer', name: 'Explorers', asks: { lists: 0.6, purchases: -0.5 } },
    definition: 'Browse at least 0.6 deviations more lists per visit and buy at least 0.5 less often than is usual.',
  },
  {
    ...{ type: 'direct_buyer', name: 'Direct buyers', asks: { conversion: 0.8, pages: -0.6 } },
    definition: 'Buy in at least 0.8 deviations more of their visits, on at least 0.6 fewer pages than is usual.',
  },
  {
    ...{ type: 'researcher', name: 'Researchers', asks: { views: 0.8, minutes: 0.8 } },
    definition: 'View at least 0.8 deviations more products per visit and stay at least 0.8 longer than is usual.',
  },
  {
    ...{ type: 'comparator', name: 'Comparators', asks: { filters: 0.6, coupons: 0.8 } },
    definition: 'Filter and sort at least 0.6 deviations more and use coupons at least 0.8 more than is usual.',
  },
];

/** The type whose definition the middle of a group passes by most; undefined = none fits. */
export function typeOf(middle: ArrayLike<number>): ShopperType | undefined {
  let best: { type: ShopperType; margin: number } | undefined;
  for (const type of shopperTypes) {
    const margins = Object.entries(type.asks).map(([name, asked]) => {
      const found = middle[behaviours.findIndex((behaviour) => behaviour.name === name)];
      return asked < 0 ? asked - found : found - asked;
    });
    const margin = Math.min(...margins);
    if (margin >= 0 && margin > (best?.margin ?? -1)) best = { type, margin };
  }
  return best?.type;
}

/** "Visit often, fill large baskets": the two largest differences, for a group of no type. */
export function nameOf(middle: ArrayLike<number>): string {
  const words = strongest(middle)
    .slice(0, 2)
    .map((b) => (middle[b] > 0 ? behaviours[b].much : behaviours[b].little));
  const name = words.join(', ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Places of the behaviours by the size of their difference, largest first. */
export function strongest(middle: ArrayLike<number>): number[] {
  return behaviours.map((_, b) => b).sort((a, b) => Math.abs(middle[b]) - Math.abs(middle[a]) || a - b);
}
