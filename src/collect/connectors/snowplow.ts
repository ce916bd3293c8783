// Events of Snowplow as its enriched stream and archive have them: 131 columns between tabs, without a header and without
// quoting; contexts, derived contexts and self-describing events are JSON within a column.
// Columns: https://docs.snowplow.io/docs/fundamentals/canonical-event/understanding-the-enriched-tsv-format/
// E-commerce: https://docs.snowplow.io/docs/sources/web-trackers/tracking-events/ecommerce/ (and its older transactions,
// which send an order and each of its items as events of their own; those are gathered into one).

import { Type } from 'typebox';
import { type Fields, fieldsOf, numberOf, textOf } from '../fields.ts';
import type { SegmentMessage } from '../message.ts';
import { gatherBaskets } from './baskets.ts';
import { isoMoment, numberIn } from './cells.ts';
import { checked, defineConnector, type Refusal, type Row, refuse } from './connector.ts';
import { listOf, unpacked, withoutBlanks } from './objects.ts';

const columns = (
  'app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id name_tracker v_tracker ' +
  'v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid domain_sessionidx network_userid ' +
  'geo_country geo_region geo_city geo_zipcode geo_latitude geo_longitude geo_region_name ip_isp ip_organization ' +
  'ip_domain ip_netspeed page_url page_title page_referrer page_urlscheme page_urlhost page_urlport page_urlpath ' +
  'page_urlquery page_urlfragment refr_urlscheme refr_urlhost refr_urlport refr_urlpath refr_urlquery ' +
  'refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content mkt_campaign ' +
  'contexts se_category se_action se_label se_property se_value unstruct_event tr_orderid tr_affiliation tr_total ' +
  'tr_tax tr_shipping tr_city tr_state tr_country ti_orderid ti_sku ti_name ti_category ti_price ti_quantity ' +
  'pp_xoffset_min pp_xoffset_max pp_yoffset_min pp_yoffset_max useragent br_name br_family br_version br_type ' +
  'br_renderengine br_lang br_features_pdf br_features_flash br_features_java br_features_director ' +
  'br_features_quicktime br_features_realplayer br_features_windowsmedia br_features_gears br_features_silverlight ' +
  'br_cookies br_colordepth br_viewwidth br_viewheight os_name os_family os_manufacturer os_timezone dvce_type ' +
  'dvce_ismobile dvce_screenwidth dvce_screenheight doc_charset doc_width doc_height tr_currency tr_total_base ' +
  'tr_tax_base tr_shipping_base ti_currency ti_price_base base_currency geo_timezone mkt_clickid mkt_network ' +
  'etl_tags dvce_sent_tstamp refr_domain_userid refr_dvce_tstamp derived_contexts domain_sessionid derived_tstamp ' +
  'event_vendor event_name event_format event_version event_fingerprint true_tstamp'
).split(' ');
const place = new Map(columns.map((name, i) => [name, i]));
const kinds = new Set([
  'page_view',
  'page_ping',
  'struct',
  'unstruct',
  'transaction',
  'transaction_item',
  'event',
  'ad_impression',
]);

/** Events of an order that are open at once: an order and its items follow one another. */
const OPEN_ORDERS = 1000;

type Cells = (name: string) => string;
type Line = { cells: Cells; message: SegmentMessage };

export const snowplow = defineConnector({
  name: 'snowplow',
  sentence: 'Enriched events of Snowplow in TSV (131 columns, no header).',
  settings: Type.Object({}, { additionalProperties: false }),
  shapes: ['csv'],
  columns,
  headerless: true,
  unquoted: true,
  idsOf: ['snowplow'],
  conversionEvent: 'purchase',
  recognises: ({ shape, line }) => {
    // An empty first column may have been trimmed away with the blanks before the first line.
    const cells = line.split('\t');
    return shape === 'csv' && cells.length >= 130 && cells.slice(3, 6).some((cell) => kinds.has(cell));
  },
  read: (batches) =>
    gatherBaskets<Row, Line>(batches, {
      openAtMost: OPEN_ORDERS,
      line: readLine,
      message: (_, lines) => orderOf(lines),
    }),
});

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function readLine(record: Row) {
  const cells: Cells = (name) => textOf(record[place.get(name)!]);
  if (!UUID.test(cells('event_id'))) return refuse('event_id', cells('event_id'), 'not the id of an event');
  const message = translate(cells);
  if ('reason' in message) return message;
  const order = cells('event') === 'transaction' ? cells('tr_orderid') : cells('ti_orderid');
  const ofOrder = cells('event') === 'transaction' || cells('event') === 'transaction_item';
  return ofOrder && order !== '' ? { order, line: { cells, message } } : { alone: checked(message) };
}

function translate(cells: Cells): SegmentMessage | Refusal {
  const timestamp = isoMoment(cells('derived_tstamp')) ?? isoMoment(cells('collector_tstamp'));
  if (timestamp === undefined) return refuse('derived_tstamp', cells('derived_tstamp'), 'not a moment');
  const entities = entitiesOf(cells);
  const device = textOf(entities.get('client_session')?.[0]?.['userId']);
  const anonymousId = cells('domain_userid') || device || cells('network_userid');
  const userId = cells('user_id');
  if (userId === '' && anonymousId === '')
    return refuse('domain_userid', '', 'no id of a person or a device: nobody to credit the event to');
  return {
    ...actOf(cells, entities),
    messageId: cells('event_id'),
    userId: userId || undefined,
    anonymousId: anonymousId || undefined,
    timestamp,
    context: contextOf(cells, textOf(entities.get('client_session')?.[0]?.['sessionId'])),
  };
}

/** Entities of the event by the last part of their schema's name. */
function entitiesOf(cells: Cells): Map<string, Fields[]> {
  const found = new Map<string, Fields[]>();
  for (const column of ['contexts', 'derived_contexts']) {
    for (const entity of listOf(unpacked(cells(column))['data'])) {
      const { schema, data } = fieldsOf(entity);
      const name = schemaName(schema);
      found.set(name, [...(found.get(name) ?? []), fieldsOf(data)]);
    }
  }
  return found;
}

/** `iglu:com.acme/product/jsonschema/1-0-0` is a product. */
function schemaName(schema: unknown): string {
  return textOf(schema).split('/')[1] ?? '';
}

type Act = Pick<SegmentMessage, 'type' | 'event' | 'name' | 'properties'>;

function actOf(cells: Cells, entities: Map<string, Fields[]>): Act {
  const kind = cells('event');
  if (kind === 'page_view') return { type: 'page', name: cells('page_title') || undefined };
  if (kind === 'page_ping')
    return { type: 'track', event: 'Page Ping', properties: withoutBlanks({ scroll_depth: depthOf(cells) }) };
  if (kind === 'transaction' || kind === 'transaction_item') return { type: 'track', event: 'Order Completed' };
  if (kind !== 'struct') return selfDescribing(cells, entities);
  return {
    type: 'track',
    event: cells('se_action') || 'struct',
    properties: withoutBlanks({
      category: cells('se_category'),
      label: cells('se_label'),
      property: cells('se_property'),
      value: numberIn(cells('se_value')),
    }),
  };
}

/** How much of the page has been seen, in per cent. */
function depthOf(cells: Cells): number | undefined {
  const [offset, view, height] = ['pp_yoffset_max', 'br_viewheight', 'doc_height'].map((name) => numberIn(cells(name)));
  if (offset === undefined || view === undefined || !height) return undefined;
  return Math.min(100, Math.round((100 * (offset + view)) / height));
}

/** What the types of `snowplow_ecommerce_action` are elsewhere. */
const shopActs: Readonly<Record<string, string>> = {
  product_view: 'Product Viewed',
  add_to_cart: 'Product Added',
  remove_from_cart: 'Product Removed',
  list_view: 'Product List Viewed',
  list_click: 'Product Clicked',
  checkout_step: 'Checkout Step Completed',
  transaction: 'Order Completed',
  refund: 'Order Refunded',
  trns_error: 'Checkout Failed',
  promo_view: 'Promotion Viewed',
  promo_click: 'Promotion Clicked',
};

function selfDescribing(cells: Cells, entities: Map<string, Fields[]>): Act {
  const outer = fieldsOf(unpacked(cells('unstruct_event'))['data']);
  const data = fieldsOf(outer['data']);
  const name = cells('event_name') || schemaName(outer['schema']) || 'event';
  if (name === 'snowplow_ecommerce_action') return shopAct(data, entities);
  // Segment's name would make any click of it; the address says whether it leads away.
  if (name === 'screen_view')
    return { type: 'screen', name: textOf(data['name']) || undefined, properties: withoutBlanks(data) };
  return { type: 'track', event: name, properties: withoutBlanks(data) };
}

function shopAct(data: Fields, entities: Map<string, Fields[]>): Act {
  const kind = textOf(data['type']);
  const order = entities.get('transaction')?.[0] ?? {};
  const refund = entities.get('refund')?.[0] ?? {};
  const cart = entities.get('cart')?.[0] ?? {};
  const products = (entities.get('product') ?? []).map((product) =>
    withoutBlanks({
      product_id: textOf(product['id']),
      name: product['name'],
      category: product['category'],
      brand: product['brand'],
      price: numberOf(product['price']),
      quantity: numberOf(product['quantity']),
      variant: product['variant'],
    }),
  );
  return {
    type: 'track',
    event: shopActs[kind] ?? (kind || 'snowplow_ecommerce_action'),
    properties: withoutBlanks({
      order_id: order['transaction_id'] ?? refund['transaction_id'],
      revenue: numberOf(refund['refund_amount'] ?? order['revenue']),
      currency:
        order['currency'] ?? refund['currency'] ?? cart['currency'] ?? entities.get('product')?.[0]?.['currency'],
      coupon: order['discount_code'],
      tax: order['tax'],
      shipping: order['shipping'],
      cart_id: cart['cart_id'],
      ...entities.get('checkout_step')?.[0],
      ...(products.length > 0 ? { products } : {}),
    }),
  };
}

const platforms: Readonly<Record<string, string>> = { web: 'web', mob: 'mobile', srv: 'server' };

function contextOf(cells: Cells, session: string): Record<string, unknown> {
  const [width, height] = [numberIn(cells('dvce_screenwidth')), numberIn(cells('dvce_screenheight'))];
  const system = cells('os_family').toLowerCase();
  const onPhone = cells('platform') === 'mob' && (system === 'ios' || system === 'android');
  return {
    sessionId: cells('domain_sessionid') || session,
    platform: onPhone ? system : (platforms[cells('platform')] ?? ''),
    library: { name: cells('v_tracker') },
    userAgent: cells('useragent'),
    page: withoutBlanks({
      url: cells('page_url'),
      path: cells('page_urlpath'),
      title: cells('page_title'),
      referrer: cells('page_referrer'),
    }),
    campaign: withoutBlanks({
      source: cells('mkt_source'),
      medium: cells('mkt_medium'),
      name: cells('mkt_campaign'),
    }),
    os: { name: cells('os_name') },
    locale: cells('br_lang'),
    timezone: cells('os_timezone') || cells('geo_timezone'),
    location: { country: cells('geo_country'), city: cells('geo_city') },
    ...(width && height ? { screen: { width, height } } : {}),
  };
}

/** An order and the items that were sent beside it; items whose order is not there make one of their own. */
function orderOf(lines: readonly Line[]): SegmentMessage | Refusal {
  const head = lines.find(({ cells }) => cells('event') === 'transaction') ?? lines[0];
  const { cells } = head;
  const items = lines.filter((line) => line.cells('event') === 'transaction_item');
  return checked({
    ...head.message,
    properties: withoutBlanks({
      order_id: cells('tr_orderid') || cells('ti_orderid'),
      revenue: numberIn(cells('tr_total')),
      tax: numberIn(cells('tr_tax')),
      shipping: numberIn(cells('tr_shipping')),
      currency: cells('tr_currency') || cells('ti_currency'),
      affiliation: cells('tr_affiliation'),
      ...(items.length === 0 ? {} : { products: items.map((item) => itemOf(item.cells)) }),
    }),
  });
}

function itemOf(cells: Cells): Record<string, unknown> {
  return withoutBlanks({
    product_id: cells('ti_sku'),
    name: cells('ti_name'),
    category: cells('ti_category'),
    price: numberIn(cells('ti_price')),
    quantity: numberIn(cells('ti_quantity')),
  });
}
