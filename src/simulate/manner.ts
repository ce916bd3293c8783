// The six types that shoppers of clear.ts are of, and what in their visits is theirs.

export const clearTypes = [
  'high_value_buyer',
  'at_risk',
  'explorer',
  'direct_buyer',
  'researcher',
  'comparator',
] as const;
export type ClearType = (typeof clearTypes)[number];

/** How somebody shops, as factors on what others do in a visit of the same look; 1 = as others. */
export type Manner = {
  type: ClearType;
  /** The intent that every visit looks like; absent = the one behind it. */
  look?: number;
  lists: number;
  views: number;
  searches: number;
  filters: number;
  dwell: number;
  /** Expected lines of an order beyond the first. */
  extraLines: number;
  /** Probability of a coupon on an order outside coupon tests; absent = as others. */
  couponRate?: number;
  /** Products looked at before the cheapest of them is taken; 1 = price does not matter. */
  bargains: number;
};
