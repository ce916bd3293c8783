// What is on the shelves: products with category, brand and price, drawn once per seed. The property objects are
// frozen and shared by every message that shows the product, which is what makes half a million messages cheap.
import type { Random } from '../math/index.ts';
import type { ShopSettings } from './settings.ts';

/** One product, with the property names of Segment's e-commerce spec. Prices are in major units of the currency. */
export type Product = Readonly<{
  product_id: string;
  sku: string;
  category: string;
  name: string;
  brand: string;
  price: number;
  currency: string;
  url: string;
}>;

export type Shelf = {
  category: string;
  path: string;
  products: readonly Product[];
  brands: readonly string[];
  /** Cumulative popularity of the products, ending at 1. */
  popularity: Float64Array;
};

export const siteUrl = 'https://shop.example';
const brandNames = 'Alder,Birke,Corvid,Dune,Ember,Fjord,Gale,Heron,Iris,Juniper,Kelp,Larch,Moss,Nimbus,Otter'.split(
  ',',
);
const lines = 'Classic,Light,Urban,Nordic,Coastal,Studio,Trail,Everyday,Heritage,Signature'.split(',');
const brandsPerShelf = 6;

export function stockShelves(settings: ShopSettings, random: Random): Shelf[] {
  return settings.categories.map((category, position) => stockShelf(settings, random, category, position));
}

function stockShelf(settings: ShopSettings, random: Random, category: string, position: number): Shelf {
  const slug = category.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-') || 'category';
  const brands = Array.from({ length: brandsPerShelf }, (_, i) => brandNames[(position * 2 + i) % brandNames.length]);
  const typicalPrice = 25 * Math.exp(0.5 * random.normal() + 0.5);
  const products: Product[] = [];
  const popularity = new Float64Array(settings.productsPerCategory);
  let total = 0;
  for (let i = 0; i < settings.productsPerCategory; i++) {
    const brand = brands[random.int(brands.length)];
    const number = position * 10_000 + i;
    const id = `${slug}-${number}`;
    products.push(
      Object.freeze({
        product_id: id,
        sku: `${slug.slice(0, 3).toUpperCase()}${number}`,
        category,
        name: `${brand} ${lines[random.int(lines.length)]} ${category}`,
        brand,
        price: Math.max(5, Math.round(typicalPrice * Math.exp(0.5 * random.normal()))) - 0.01,
        currency: settings.currency,
        url: `${siteUrl}/p/${id}`,
      }),
    );
    // Zipf-like: few products draw most of the looks.
    total += 1 / (i + 4);
    popularity[i] = total;
  }
  for (let i = 0; i < popularity.length; i++) popularity[i] /= total;
  return { category, path: `/c/${slug}-${position}`, products, brands, popularity };
}

/** A product of the shelf, by popularity, with `uniform` in [0, 1). */
export function pickProduct(shelf: Shelf, uniform: number): Product {
  let low = 0;
  let high = shelf.popularity.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (uniform < shelf.popularity[middle]) high = middle;
    else low = middle + 1;
  }
  return shelf.products[low];
}
