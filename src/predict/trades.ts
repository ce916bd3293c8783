// How turnover moves through the year, trade by trade: what a shop with less than a year behind it cannot know of its own
// season. A new trade is one line. Source: Australian Bureau of Statistics 8501.0, Retail Trade, Australia, original
// series, the sum of all states, 1998 to 2010: turnover per calendar day of a month against the twelve months around it
// (half of the outer two), mean over the years, with a mean of one. Other countries of the Christmas calendar differ in
// detail, so a workspace's own weeks say how much of it holds; see season.ts. The index is of tills: what is ordered to be
// sent is ordered some time before.

export type Trade = {
  readonly name: string;
  readonly sentence: string;
  /** The trade as the source calls it; '' = no calendar. */
  readonly industry: string;
  /** January to December; 1 = the mean of the year. */
  readonly months: readonly number[];
  /** An order comes so many days before the till of the source would ring. */
  readonly leadDays: number;
};

/** Time to be sent and to be given; it was seen at two shops, a gift wholesaler and a seller of records. */
const SENT_DAYS = 14;

export const trades: readonly Trade[] = [
  trade('none', 'No calendar: the season is what the data show.', '', Array(12).fill(1)),
  trade(
    'gifts',
    'Gifts, stationery, flowers, mail order and whatever has no trade of its own.',
    'Other retailing n.e.c.',
    [0.921, 0.959, 0.923, 0.924, 0.934, 0.922, 0.913, 0.937, 0.983, 1.002, 1.104, 1.479],
  ),
  trade(
    'fashion',
    'Clothing, shoes and accessories.',
    'Clothing, footwear and personal accessory retailing',
    [0.942, 0.868, 0.899, 0.97, 0.993, 0.989, 0.924, 0.905, 0.985, 0.997, 1.063, 1.466],
  ),
  trade(
    'department-store',
    'A bit of everything.',
    'Department stores',
    [0.879, 0.78, 0.859, 0.938, 0.934, 0.978, 0.942, 0.844, 0.923, 0.953, 1.143, 1.826],
  ),
  trade(
    'electronics',
    'Electrical and electronic goods.',
    'Electrical and electronic goods retailing',
    [0.972, 0.93, 0.904, 0.895, 0.944, 1.045, 0.969, 0.957, 0.948, 0.949, 1.043, 1.444],
  ),
  trade(
    'household',
    'Furniture, houseware, textiles and whatever else a home needs.',
    'Household goods retailing',
    [0.977, 0.947, 0.928, 0.921, 0.941, 1.01, 0.953, 0.957, 0.986, 1.008, 1.073, 1.299],
  ),
  trade(
    'books',
    'Books, newspapers and magazines.',
    'Newspaper and book retailing',
    [0.98, 1.032, 0.989, 0.928, 0.939, 0.933, 0.975, 0.978, 0.967, 0.956, 1.02, 1.304],
  ),
  trade(
    'leisure',
    'Toys, games, sport, music and other recreational goods.',
    'Other recreational goods retailing',
    [0.964, 0.896, 0.908, 0.919, 0.887, 0.952, 0.907, 0.907, 0.96, 0.956, 1.08, 1.663],
  ),
  trade(
    'food',
    'Groceries and supermarkets.',
    'Supermarket and grocery stores',
    [1.004, 1.008, 1.0, 0.994, 0.974, 0.963, 0.974, 0.979, 0.987, 1.001, 1.022, 1.094],
    0,
  ),
  trade(
    'beauty',
    'Pharmacies, cosmetics and toiletries.',
    'Pharmaceutical, cosmetic and toiletry goods retailing',
    [0.893, 0.946, 0.95, 0.965, 0.982, 0.983, 0.992, 1.004, 1.008, 1.011, 1.052, 1.215],
  ),
];

export const NO_TRADE = 'none';
export const tradeNames: readonly string[] = trades.map(({ name }) => name);

export function findTrade(name: string): Trade | undefined {
  return trades.find((known) => known.name === name);
}

function trade(
  name: string,
  sentence: string,
  industry: string,
  months: readonly number[],
  leadDays = SENT_DAYS,
): Trade {
  return { name, sentence, industry, months, leadDays };
}
