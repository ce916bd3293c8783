// How much a person leans to each product category [WH-6]: 0.4 × the category's share of their actions + 0.3 × its
// share of their spending + 0.3 × recency, where recency halves every 30 days since the last action in the category.
// Over purchases alone it is the seed's affinity; over views, carts and purchases it also knows those yet to buy.

import { type Filter, on, quote } from './filter.ts';
import type { History } from './history.ts';
import { ageOf, type Measure, type Use } from './measure.ts';

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
  return history.memo(`affinities ${JSON.stringify(weights)}`, () => {
    const lines = history.events.flatMap((row) => {
      const weight = weights[row.event] ?? 0;
      if (weight === 0) return [];
      return row.categories.map((category, i) => ({
        category,
        weight,
        age: ageOf(history, row),
        spend: row.event === 'purchase' ? lineSpend(row.prices[i], row.quantities[i]) : 0,
      }));
    });
    const named = lines.filter((line) => line.category !== '');
    const allWeight = named.reduce((sum, line) => sum + line.weight, 0);
    const allSpend = named.reduce((sum, line) => sum + line.spend, 0);
    const byCategory = Map.groupBy(named, (line) => line.category);
    return [...byCategory]
      .map(([category, own]) => {
        const frequency = own.reduce((sum, line) => sum + line.weight, 0) / allWeight;
        const share = allSpend > 0 ? own.reduce((sum, line) => sum + line.spend, 0) / allSpend : 0;
        const recency = 2 ** (-Math.min(...own.map((line) => line.age)) / AFFINITY_HALF_LIFE_DAYS);
        return { category, affinity: 0.4 * frequency + 0.3 * share + 0.3 * recency };
      })
      .sort((a, b) => round9(b.affinity) - round9(a.affinity) || byBytes(a.category, b.category));
  });
}

function affinitySql(use: Use, weights: ActionWeights): { categories: string; scores: string } {
  const names = Object.keys(weights);
  const weight = `transform(event, [${names.map(quote).join(', ')}], [${Object.values(weights).join(', ')}], 0)`;
  const spend = `if(event = 'purchase' AND p > 0 AND q > 0, toFloat64(p) * q, 0)`;
  const filter: Filter = on(...names);
  const lines = use.aggregate(
    `groupArrayArrayIf(arrayFilter(line -> line.1 != '', arrayMap((c, p, q) -> (toString(c), age, toFloat64(${weight}), ${spend}),
      categories, arrayResize(prices, length(categories), 0), arrayResize(quantities, length(categories), 0))), ${filter.sql})`,
  );
  const [c, age, w, s] = [1, 2, 3, 4].map((i) => use.derive(`${lines}.${i}`));
  const categories = use.derive(`arraySort(arrayDistinct(${c}))`);
  const own = (value: string) => `arraySum((k, x) -> if(k = name, x, 0), ${c}, ${value})`;
  const frequency = `${own(w)} / arraySum(${w})`;
  const share = `if(arraySum(${s}) > 0, ${own(s)} / arraySum(${s}), 0)`;
  const recency = `exp2(-arrayMin((k, x) -> if(k = name, x, inf), ${c}, ${age}) / ${AFFINITY_HALF_LIFE_DAYS})`;
  const scores = use.derive(`arrayMap(name -> 0.4 * ${frequency} + 0.3 * ${share} + 0.3 * ${recency}, ${categories})`);
  return { categories, scores };
}

function lineSpend(price: number | undefined, quantity: number | undefined): number {
  return price !== undefined && quantity !== undefined && price > 0 && quantity > 0 ? price * quantity : 0;
}

const round9 = (x: number) => Math.round(x * 1e9);
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
