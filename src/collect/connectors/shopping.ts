// The words in which click logs speak of shopping, and the names Segment gives to the same acts.

export const shoppingWords: Readonly<Record<string, string>> = {
  pv: 'Product Viewed',
  view: 'Product Viewed',
  click: 'Product Viewed',
  cart: 'Product Added',
  addtocart: 'Product Added',
  basket: 'Product Added',
  removefromcart: 'Product Removed',
  fav: 'Product Added To Wishlist',
  favorite: 'Product Added To Wishlist',
  wishlist: 'Product Added To Wishlist',
  buy: 'Order Completed',
  purchase: 'Order Completed',
  order: 'Order Completed',
  transaction: 'Order Completed',
};

/** Segment's name of a click log's word, or undefined when the word is none of them. */
export function shoppingEvent(word: string): string | undefined {
  return shoppingWords[word.toLowerCase().replace(/[ _-]/g, '')];
}
