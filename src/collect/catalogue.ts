// The event catalogue: what an event means, whatever it is called. Every event of seed 003 and of Segment's e-commerce
// (v2), A/B testing and e-mail specs, and GA4's names for them, maps to one canonical name; anything else is a custom
// event and keeps its own name in snake_case. Signals and models speak canonical names only.
// Names and properties: https://segment.com/docs/connections/spec/ecommerce/v2/ and its neighbours.

import { remembered } from '../store/index.ts';

export type EventCategory =
  | 'navigation'
  | 'engagement'
  | 'conversion'
  | 'email'
  | 'social'
  | 'experiment'
  | 'membership'
  | 'custom';

export type CatalogueEvent = {
  event: string;
  category: EventCategory;
  /** What happened, as a label under a timeline entry. */
  sentence: string;
  /** Names under which others send it, compared without case, spaces and punctuation. */
  aliases: readonly string[];
  /** What Segment's spec says about it; any other property is kept as well. */
  properties: readonly string[];
};

const product = 'product_id, sku, category, name, brand, variant, price, quantity, coupon, position, url, image_url';
const promotion = 'promotion_id, creative, name, position';
const step = 'checkout_id, step, shipping_method, payment_method';
const order =
  'checkout_id, order_id, affiliation, subtotal, total, revenue, shipping, tax, discount, coupon, currency, products';
const coupon = 'order_id, cart_id, coupon_id, coupon_name';
const wishlist = `wishlist_id, wishlist_name, ${product}`;
const membership = 'segment_id, segment_name, reasons, cause, cause_event, cause_message_id';
const sharing = 'share_via, share_message, recipient, cart_id, products';
const letter = 'email_id, email_subject, campaign_id, campaign_name';

/** Every canonical event. */
export const catalogue: readonly CatalogueEvent[] = [
  is('page_view', 'navigation', 'Viewed a page', 'Page Viewed, Viewed Page, Pageview, Page'),
  is('screen_view', 'navigation', 'Viewed a screen', 'Screen Viewed, Viewed Screen, Screen'),
  is('page_exit', 'navigation', 'Left a page', 'Page Exited, Page Left, Page Leave'),
  is(
    'internal_link_click',
    'navigation',
    'Followed a link',
    'Link Clicked, Product Clicked, Clicked Product, Promotion Clicked, Clicked Promotion, Select Item, Select Promotion',
    `${product}, ${promotion}`,
  ),
  is(
    'external_link_click',
    'navigation',
    'Followed a link to elsewhere',
    'External Link Clicked, Outbound Link Clicked',
  ),
  is('app_open', 'navigation', 'Opened the app', 'Application Opened, App Opened'),
  is('login', 'navigation', 'Signed in', 'Signed In, Logged In, User Signed In, User Logged In'),

  is(
    'product_view',
    'engagement',
    'Viewed a product',
    'Product Viewed, Viewed Product, View Item',
    `${product}, currency, value`,
  ),
  is(
    'product_list_view',
    'engagement',
    'Viewed a list of products',
    'Product List Viewed, Viewed Product Category, View Item List, Category Viewed',
    'list_id, category, products',
  ),
  is(
    'search_performed',
    'engagement',
    'Searched',
    'Products Searched, Product Searched, Search, Searched, Search Results Viewed, View Search Results',
    'query',
  ),
  is(
    'filter_applied',
    'engagement',
    'Filtered a list',
    'Product List Filtered, Filter Used, Filtered',
    'list_id, category, filters, sorts, products',
  ),
  is('promotion_viewed', 'engagement', 'Saw a promotion', 'Viewed Promotion, View Promotion', promotion),
  is('sort_changed', 'engagement', 'Sorted a list', 'Product List Sorted, Sort Applied, Sorted'),
  is('scroll', 'engagement', 'Scrolled', 'Page Scrolled, Scroll Depth Reached, Scrolled, Scroll Depth'),
  is('time_on_page', 'engagement', 'Stayed on a page', 'Time Spent On Page, Page Time, User Engagement'),
  is('click', 'engagement', 'Clicked', 'Clicked, Element Clicked, Button Clicked'),
  is(
    'video_play',
    'engagement',
    'Started a video',
    'Video Playback Started, Video Content Started, Video Started, Video Start, Video Played',
  ),
  is(
    'video_complete',
    'engagement',
    'Finished a video',
    'Video Playback Completed, Video Content Completed, Video Completed',
  ),
  is('form_start', 'engagement', 'Started a form', 'Form Started, Form Interaction Started'),
  is('form_submit', 'engagement', 'Submitted a form', 'Form Submitted, Generate Lead'),
  is('download', 'engagement', 'Downloaded a file', 'File Downloaded, File Download, Downloaded, Document Downloaded'),
  is('feature_used', 'engagement', 'Used a feature', 'Used Feature'),
  is(
    'review',
    'engagement',
    'Wrote a review',
    'Product Reviewed, Reviewed Product, Review Submitted, Review Written',
    'product_id, review_id, review_body, rating',
  ),
  is('ad_click', 'engagement', 'Clicked an ad', 'Ad Clicked, Advertisement Clicked'),
  is('call', 'engagement', 'Called', 'Call Started, Call Completed, Phone Call, Called'),
  is(
    'support_ticket',
    'engagement',
    'Asked for support',
    'Ticket Created, Support Ticket Created, Support Ticket Opened',
  ),

  is(
    'add_to_cart',
    'conversion',
    'Put something in the cart',
    'Product Added, Added Product, Added To Cart, Wishlist Product Added To Cart',
    `cart_id, ${wishlist}`,
  ),
  is(
    'remove_from_cart',
    'conversion',
    'Took something out of the cart',
    'Product Removed, Removed Product, Removed From Cart',
    `cart_id, ${product}`,
  ),
  is('cart_view', 'conversion', 'Looked at the cart', 'Cart Viewed, Viewed Cart, View Cart', 'cart_id, products'),
  is(
    'add_to_wishlist',
    'conversion',
    'Put something on the wish list',
    'Product Added To Wishlist, Added To Wishlist',
    wishlist,
  ),
  is(
    'remove_from_wishlist',
    'conversion',
    'Took something off the wish list',
    'Product Removed From Wishlist, Removed From Wishlist',
    wishlist,
  ),
  is(
    'checkout_start',
    'conversion',
    'Started the checkout',
    'Checkout Started, Begin Checkout, Started Checkout, Started Order',
    'order_id, affiliation, value, revenue, shipping, tax, discount, coupon, currency, products',
  ),
  is('checkout_step_viewed', 'conversion', 'Saw a step of the checkout', 'Viewed Checkout Step', step),
  is(
    'checkout_step_completed',
    'conversion',
    'Completed a step of the checkout',
    'Completed Checkout Step, Add Shipping Info',
    step,
  ),
  is(
    'payment_info_entered',
    'conversion',
    'Said how they pay',
    'Entered Payment Info, Add Payment Info',
    `order_id, ${step}`,
  ),
  is(
    'checkout_failed',
    'conversion',
    'Could not complete the checkout',
    'Failed Checkout, Order Failed',
    'order_id, reason',
  ),
  is('coupon_entered', 'conversion', 'Entered a coupon', 'Entered Coupon', 'order_id, cart_id, coupon_id'),
  is('coupon_applied', 'conversion', 'Had a coupon accepted', 'Applied Coupon', `${coupon}, discount`),
  is('coupon_denied', 'conversion', 'Had a coupon refused', 'Denied Coupon', `${coupon}, reason`),
  is('coupon_removed', 'conversion', 'Took a coupon back', 'Removed Coupon', `${coupon}, discount`),
  is(
    'purchase',
    'conversion',
    'Bought',
    'Order Completed, Completed Order, Order Placed, Purchased, Transaction',
    order,
  ),
  is('order_updated', 'conversion', 'Changed an order', 'Updated Order', order),
  is('order_cancelled', 'conversion', 'Cancelled an order', 'Cancelled Order, Order Canceled, Canceled Order', order),
  is(
    'refund',
    'conversion',
    'Got money back',
    'Order Refunded, Refunded Order, Refunded, Order Returned',
    'order_id, total, currency, products',
  ),
  is('signup', 'conversion', 'Opened an account', 'Signed Up, Sign Up, Account Created, User Signed Up, Registered'),
  is('subscription', 'conversion', 'Subscribed', 'Subscription Started, Subscribed, Subscription Created'),

  is('email_delivered', 'email', 'Received an e-mail', 'Email Delivered', letter),
  is('email_bounced', 'email', 'Could not be reached by e-mail', 'Email Bounced, Email Bounce', letter),
  is('email_opened', 'email', 'Opened an e-mail', 'Email Opened, Email Open', letter),
  is(
    'email_clicked',
    'email',
    'Clicked in an e-mail',
    'Email Clicked, Email Link Clicked, Email Click',
    `${letter}, link_id, link_url`,
  ),
  is('email_marked_as_spam', 'email', 'Called an e-mail spam', 'Marked Email As Spam, Email Spam Complaint', letter),
  is(
    'email_unsubscribed',
    'email',
    'Unsubscribed from e-mails',
    'Unsubscribed, Email Unsubscribed, Email Unsubscribe',
    `${letter}, list_id, list_name`,
  ),

  is(
    'social_share',
    'social',
    'Shared something',
    'Product Shared, Cart Shared, Shared, Share, Content Shared',
    `${sharing}, ${product}`,
  ),
  is(
    'social_engagement',
    'social',
    'Engaged on a social network',
    'Social Engagement, Social Liked, Social Commented, Social Followed',
  ),

  is(
    'experiment_viewed',
    'experiment',
    'Was shown a variation of an experiment',
    'Viewed Experiment, Experiment Shown',
    'experiment_id, experiment_name, variation_id, variation_name',
  ),

  is('segment_entered', 'membership', 'Entered a segment', 'Segment Entered', membership),
  is('segment_exited', 'membership', 'Left a segment', 'Segment Exited, Segment Left', membership),
];

const byEvent = new Map(catalogue.map((entry) => [entry.event, entry]));
const byLetters = new Map(
  catalogue.flatMap((entry) => [entry.event, ...entry.aliases].map((name) => [lettersOf(name), entry.event] as const)),
);

/** The canonical event of a name as sent; a custom one becomes snake_case. */
export const canonicalEvent = remembered<string>(10_000, (name) => byLetters.get(lettersOf(name)) ?? snakeCase(name));

export function categoryOf(event: string): EventCategory {
  return byEvent.get(event)?.category ?? 'custom';
}

/** Events that are bookkeeping and nothing that anybody did: they stand in a table of their own (line.ts). */
export const membershipEvents: readonly string[] = catalogue
  .filter(({ category }) => category === 'membership')
  .map(({ event }) => event);

const memberships: ReadonlySet<string> = new Set(membershipEvents);

export function isMembership(event: string): boolean {
  return memberships.has(event);
}

/** What happened in a few words ("Viewed a product"); undefined for a custom event, which only its name describes. */
export function describeEvent(event: string): string | undefined {
  return byEvent.get(event)?.sentence ?? ofTypes[event];
}

/** Messages that tell who somebody is rather than what they did. */
const ofTypes: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  identify: 'Said who they are',
  group: 'Joined a group',
  alias: 'Got another identifier',
});

function is(
  event: string,
  category: EventCategory,
  sentence: string,
  aliases: string,
  properties = '',
): CatalogueEvent {
  return {
    event,
    category,
    sentence,
    aliases: aliases.split(', '),
    properties: properties.split(', ').filter(Boolean),
  };
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function snakeCase(name: string): string {
  const snake = name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  return snake || 'custom';
}
