// How much a person leans to each product category [WH-6]: 0.4 × the category's share of their actions + 0.3 × its
// share of their spending + 0.3 × recency, where recency halves every 30 days since the last action in the category.
// Over purchases alone it is the seed's affinity; over views, carts and purchases it also knows those yet to buy.

import { compareBytes, quote } from '../store/index.ts';
import { type Filter, on } from './filter.ts';
import type { Fold, History, HistoryEvent } from './history.ts';
import { ageOf, type Measure } from './measure.ts';
import { ageSql, linesOf, type Use } from './past.ts';

/** How much one action says; an action that isn't listed says nothing. */
export type ActionWeights = Readonly<Record<string, number>>;

export const purchasesOnly: ActionWeights = { purchase: 1 };
export const allInterest: ActionWeights = { product_view: 1, add_to_wishlist: 2, add_to_cart: 3, purchase: 4 };

export const AFFINITY_HALF_LIFE_DAYS = 30;

/** The affinity to the person's top category, 0 to 1; unknown without any action on a product with a category. */
export function topAffinity(weights: ActionWeights): Measure {
  return {
    sql: (use) => {
      const { scores } = affinitySql(use, weights);
      return `if(empty(${scores}), nan, arrayMax(${scores}))`;
    },
    evaluate: (history) => affinitiesOf(history, weights)[0]?.affinity ?? Number.NaN,
  };
}

/** How far the top category is ahead of the second; unknown without any category. */
export function affinityLead(weights: ActionWeights): Measure {
  return {
    sql: (use) => {
      const { scores } = affinitySql(use, weights);
      const sorted = `arrayReverseSort(${scores})`;
      return `if(empty(${scores}), nan, ${sorted}[1] - if(length(${scores}) > 1, ${sorted}[2], 0))`;
    },
    evaluate: (history) => {
      const [first, second] = affinitiesOf(history, weights);
      return first ? first.affinity - (second?.affinity ?? 0) : Number.NaN;
    },
  };
}

/** The name of the top category, '' when there is none: the category a person is predicted to buy from. */
export const topCategory = {
  sql(use: Use, weights: ActionWeights): string {
    const { scores, categories } = affinitySql(use, weights);
    const rounded = `arrayMap(x -> round(x, 9), ${scores})`;
    return `if(empty(${scores}), '', ${categories}[indexOf(${rounded}, arrayMax(${rounded}))])`;
  },
  evaluate(history: History, weights: ActionWeights): string {
    return affinitiesOf(history, weights)[0]?.category ?? '';
  },
};

/** Every category a person acted on, the strongest first; ties in alphabetical order. */
export function affinitiesOf(history: History, weights: ActionWeights): { category: string; affinity: number }[] {
  return history.memo(weights, () => {
    const { categories, allWeight, allSpend } = history.folded(leaningsBy(weights));
    return [...categories]
      .map(([category, { weight, spend, last }]) => {
        const share = allSpend > 0 ? spend / allSpend : 0;
        const recency = 2 ** (-ageOf(history, last) / AFFINITY_HALF_LIFE_DAYS);
        return { category, affinity: 0.4 * (weight / allWeight) + 0.3 * share + 0.3 * recency };
      })
      .sort((a, b) => round9(b.affinity) - round9(a.affinity) || compareBytes(a.category, b.category));
  });
}

type Leaning = { weight: number; spend: number; last: HistoryEvent };
type Leanings = { categories: Map<string, Leaning>; allWeight: number; allSpend: number };

const leanings = new WeakMap<ActionWeights, Fold<Leanings>>();

/** By category: how much was done and spent in it, and what came last. */
function leaningsBy(weights: ActionWeights): Fold<Leanings> {
  const known = leanings.get(weights);
  if (known) return known;
  const fold: Fold<Leanings> = {
    begin: () => ({ categories: new Map(), allWeight: 0, allSpend: 0 }),
    add(state, event) {
      const weight = weights[event.event] ?? 0;
      if (weight === 0) return;
      const isPurchase = event.event === 'purchase';
      for (let i = 0; i < event.categories.length; i++) {
        const category = event.categories[i];
        if (category === '') continue;
        const spend = isPurchase ? lineSpend(event.prices[i], event.quantities[i]) : 0;
        const own = state.categories.get(category);
        if (own === undefined) state.categories.set(category, { weight, spend, last: event });
        else {
          own.weight += weight;
          own.spend += spend;
          own.last = event;
        }
        state.allWeight += weight;
        state.allSpend += spend;
      }
    },
  };
  leanings.set(weights, fold);
  return fold;
}

function affinitySql(use: Use, weights: ActionWeights): { categories: string; scores: string } {
  const names = Object.keys(weights);
  const weight = `toUInt32(transform(event, [${names.map(quote).join(', ')}], [${Object.values(weights).join(', ')}], 0))`;
  const filter: Filter = on(...names);
  const named = `arrayFilter(c -> c != '', categories)`;
  const categories = use.keep('texts', `arraySort(${use.aggregate(`groupUniqArrayArrayIf(${named}, ${filter.sql})`)})`);
  const keys = use.prepare(`arrayMap(c -> toInt64(cityHash64(c)), ${categories})`);
  const { times, hashes } = linesOf(use, filter, named);
  const weighed = use.aggregate(`groupArrayArrayIf(arrayWithConstant(length(${named}), ${weight}), ${filter.sql})`);
  // For each category: its share of the weights and of the spending, and the last moment.
  const own = (value: string, lines: string, amounts: string) =>
    `arraySum((h, v) -> if(h = k, ${value}, 0), ${lines}, ${amounts})`;
  const frequency = use.keep('numbers', `arrayMap(k -> ${own('v', hashes, weighed)} / arraySum(${weighed}), ${keys})`);
  const last = use.keep('integers', `arrayMap(k -> arrayMax((h, t) -> if(h = k, t, 0), ${hashes}, ${times}), ${keys})`);
  const paid = spendSql(use);
  const share = use.keep(
    'numbers',
    `arrayMap(k -> if(${paid.all} > 0, ${own('v', paid.hashes, paid.amounts)} / ${paid.all}, 0), ${keys})`,
  );
  const recency = `exp2(-${ageSql(use, 't')} / ${AFFINITY_HALF_LIFE_DAYS})`;
  const scores = use.derive(
    `arrayMap((f, s, t) -> 0.4 * f + 0.3 * s + 0.3 * ${recency}, ${frequency}, ${share}, ${last})`,
  );
  return { categories, scores };
}

/** Category and spending of every product line bought in a category, in the order of time, and the sum of all. */
function spendSql(use: Use): Record<'hashes' | 'amounts' | 'all', string> {
  const bought = on('purchase');
  const { times, hashes } = linesOf(use, bought, 'categories');
  const spent = `arrayMap((c, p, q) -> if(c != '' AND p > 0 AND q > 0, toFloat64(p) * q, 0), categories,
    arrayResize(prices, length(categories), 0), arrayResize(quantities, length(categories), 0))`;
  const amounts = use.aggregate(`groupArrayArrayIf(${spent}, ${bought.sql})`);
  const key = '(h, v, t) -> (t, h, v)';
  return {
    hashes: use.prepare(`arraySort(${key}, ${hashes}, ${amounts}, ${times})`),
    amounts: use.prepare(`arraySort((v, h, t) -> (t, h, v), ${amounts}, ${hashes}, ${times})`),
    all: use.prepare(`arraySum(arraySort((v, h, t) -> (t, h, v), ${amounts}, ${hashes}, ${times}))`),
  };
}

function lineSpend(price: number | undefined, quantity: number | undefined): number {
  return price !== undefined && quantity !== undefined && price > 0 && quantity > 0 ? price * quantity : 0;
}

const round9 = (x: number) => Math.round(x * 1e9);
