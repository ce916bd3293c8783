// What was looked at, carried or paid, read from properties in Segment's e-commerce spelling and its usual variants:
// product lines as parallel arrays, the order's revenue, coupon and search text.

import { numberOf, textOf } from './fields.ts';

type Properties = Record<string, unknown>;

/** One element per product line, in all five arrays. */
export type ProductLines = {
  product_ids: string[];
  categories: string[];
  brands: string[];
  prices: number[];
  quantities: number[];
};

/** Events whose properties describe one product when they carry no list. */
const ofOneProduct = new Set([
  'product_view',
  'add_to_cart',
  'remove_from_cart',
  'add_to_wishlist',
  'remove_from_wishlist',
  'review',
  'internal_link_click',
  'social_share',
  'purchase',
  'refund',
]);
/** Events that are about a category as a whole: a line with the category and no product. */
const ofCategory = new Set(['product_list_view', 'filter_applied', 'sort_changed', 'search_performed']);

export function productLines(event: string, properties: Properties): ProductLines {
  const lines: ProductLines = { product_ids: [], categories: [], brands: [], prices: [], quantities: [] };
  const list = properties['products'] ?? properties['items'];
  if (Array.isArray(list)) {
    const category = textOf(properties['category']);
    for (const product of list) {
      if (typeof product === 'object' && product !== null)
        addLine(lines, product as Properties, category, idOf(product));
    }
    if (lines.product_ids.length > 0) return lines;
  }
  const one = ofOneProduct.has(event);
  const id = one ? idOf(properties) : textOf(properties['product_id']);
  if (id || (properties['category'] !== undefined && (one || ofCategory.has(event))))
    addLine(lines, properties, '', id);
  return lines;
}

/** What was paid (purchase, subscription) or given back (refund, positive); other events only say so as `revenue`. */
export function revenueOf(event: string, properties: Properties, lines: ProductLines): number {
  if (event === 'purchase' || event === 'subscription') {
    const paid = firstNumber(properties['revenue'], properties['total'], properties['value'], properties['amount']);
    return paid ?? totalOf(lines);
  }
  if (event === 'refund') {
    const back = firstNumber(properties['revenue'], properties['total'], properties['value'], properties['amount']);
    return Math.abs(back ?? totalOf(lines));
  }
  return properties['revenue'] === undefined ? 0 : (firstNumber(properties['revenue']) ?? 0);
}

/** Float32's largest finite number: beyond it the column would hold infinity. */
const FLOAT32_MAX = 3.4e38;

function addLine(lines: ProductLines, product: Properties, category: string, id: string): void {
  lines.product_ids.push(id);
  lines.categories.push(textOf(product['category']) || textOf(product['item_category']) || category);
  lines.brands.push(textOf(product['brand']) || textOf(product['item_brand']));
  lines.prices.push(within32(numberOf(product['price']) ?? 0));
  lines.quantities.push(within32(numberOf(product['quantity']) ?? 1));
}

function idOf(product: Properties): string {
  return (
    textOf(product['product_id']) ||
    textOf(product['sku']) ||
    textOf(product['id']) ||
    textOf(product['productId']) ||
    textOf(product['item_id'])
  );
}

function firstNumber(...values: unknown[]): number | undefined {
  for (const value of values) {
    const number = numberOf(value);
    if (number !== undefined) return number;
  }
  return undefined;
}

function totalOf(lines: ProductLines): number {
  const total = lines.prices.reduce((sum, price, i) => sum + price * lines.quantities[i], 0);
  return Number.isFinite(total) ? Math.round(total * 100) / 100 : 0;
}

function within32(value: number): number {
  return Math.abs(value) <= FLOAT32_MAX ? value : 0;
}
