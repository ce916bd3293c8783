// A rough feature table over the shop's messages, as anybody would make it in an afternoon: per person and kind of event,
// counts in 3, 7 and 30 days, the total, and days since the last. It knows who is who from the truth's anchors, so it
// measures the shop (how much of the hidden intent can be seen) and not the identity resolution.
import type { Matrix } from '../../src/learn/index.ts';
import type { Shop, Truth } from '../../src/simulate/index.ts';
import { addDays, DAY_MS } from '../../src/time.ts';

const kinds = [
  'page',
  'Product Viewed',
  'Products Searched',
  'Product Added',
  'Product Added to Wishlist',
  'Checkout Started',
  'Order Completed',
  'Email Opened',
];
const windowsDays = [3, 7, 30, Number.POSITIVE_INFINITY];

export type Snapshot = { x: Matrix; y: Float32Array; truth: Float64Array };

/** Times of each person's events, by kind. */
export type Journal = Map<number, number[][]>;

export function keepJournal(shop: Shop): Journal {
  const owners = new Map<string, number>();
  for (const { shopper, anchors } of shop.truthAt(shop.settings.end, 1)) {
    for (const anchor of anchors) owners.set(anchor, shopper);
  }
  const journal: Journal = new Map();
  for (const message of shop.events()) {
    const kind = kinds.indexOf(message.type === 'screen' ? 'page' : (message.event ?? message.type));
    if (kind < 0) continue;
    const owner = owners.get(message.userId ? `u:${message.userId}` : `a:${message.anonymousId}`);
    if (owner === undefined) throw new Error(`nobody sent ${JSON.stringify(message)}`);
    if (!journal.has(owner)) {
      journal.set(
        owner,
        kinds.map(() => []),
      );
    }
    journal.get(owner)![kind].push(Date.parse(message.timestamp));
  }
  return journal;
}

/** People known on the given days of the history (bots aside), one block of rows after the other. */
export function rowsOn(shop: Shop, journal: Journal, days: readonly number[], timeframeDays: number): Snapshot {
  const start = addDays(shop.settings.end, -shop.settings.days);
  const rows: number[][] = [];
  const people: Truth[] = [];
  for (const day of days) {
    const asOf = addDays(start, day);
    for (const person of shop.truthAt(asOf, timeframeDays)) {
      if (!person.known || person.bot) continue;
      people.push(person);
      rows.push(describe(journal.get(person.shopper) ?? kinds.map(() => []), asOf.getTime()));
    }
  }
  const names = kinds.flatMap((kind) => [`${kind} days since`, ...windowsDays.map((days) => `${kind} in ${days}`)]);
  const columns = names.map((_, column) => Float32Array.from(rows, (row) => row[column]));
  return {
    x: { rows: rows.length, names, columns },
    y: Float32Array.from(people, ({ bought }) => (bought ? 1 : 0)),
    truth: Float64Array.from(people, ({ probability }) => probability),
  };
}

function describe(times: number[][], asOf: number): number[] {
  return times.flatMap((ofKind) => {
    const past = ofKind.filter((time) => time < asOf);
    const last = past.length === 0 ? Number.NaN : (asOf - past[past.length - 1]) / DAY_MS;
    return [last, ...windowsDays.map((days) => past.filter((time) => time >= asOf - days * DAY_MS).length)];
  });
}
