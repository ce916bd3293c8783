// What is done during a visit: pages, searches, lists, products, cart, checkout, order. Looks follow the intent behind
// the visit, except for a share of `noise` that looks like any other intent. Event names are those of Segment's
// e-commerce spec where it has one, and otherwise those of the event catalogue (scroll, time_on_page, sort_changed …).
import type { Random } from '../math/index.ts';
import type { CalendarDay } from './calendar.ts';
import { type Product, pickProduct, type Shelf, siteUrl } from './catalogue.ts';
import { abandonCheckout, checkOut, fillCart } from './checkout.ts';
import { isApp } from './devices.ts';
import type { Visit } from './diary.ts';
import { fillIn } from './homes.ts';
import { BOUGHT, BROWSING, COMPARING, IDLE, READY } from './intent.ts';
import { type Shopper, shelfOf } from './population.ts';
import { type Session, type Stage, say } from './session.ts';
import { hex8, mix } from './wire.ts';

type Look = Record<'lists' | 'views' | 'searches' | 'filters' | 'cart' | 'begins' | 'wishes', number>;

/** Expected number of each action in a visit, by the intent it looks like. */
const looks = [
  { lists: 0.2, views: 0.2, searches: 0.04, filters: 0.1, cart: 0.005, begins: 0.05, wishes: 0.005 },
  { lists: 0.2, views: 0.3, searches: 0.06, filters: 0.15, cart: 0.008, begins: 0.05, wishes: 0.01 },
  { lists: 0.4, views: 0.6, searches: 0.18, filters: 0.3, cart: 0.03, begins: 0.05, wishes: 0.03 },
  { lists: 0.3, views: 1.6, searches: 0.3, filters: 0.5, cart: 0.15, begins: 0.1, wishes: 0.2 },
  { lists: 0.3, views: 0.8, searches: 0.25, filters: 0.2, cart: 0.85, begins: 0.6, wishes: 0.04 },
  { lists: 0.2, views: 0.3, searches: 0.05, filters: 0.05, cart: 0.015, begins: 0.05, wishes: 0.01 },
] as const satisfies readonly Look[];

/** Plays a visit that starts at `startMs` of the day and returns when it ended. */
export function playVisit(stage: Stage, shopper: Shopper, visit: Visit, today: CalendarDay, startMs: number): number {
  const session = openSession(stage, shopper, visit, today, startMs);
  const { random, settings } = stage;
  if (visit.device.kind === 'store') {
    fillCart(session, drawProduct(session));
    checkOut(session);
    return session.at;
  }
  const look = shopper.manner?.look ?? (random.uniform() < settings.noise ? IDLE + random.int(4) : visit.state);
  if (visit.identity === 'introduce') introduce(session);
  if (visit.device.kind === 'marketplace') {
    for (let views = 1 + random.poisson(looks[look].views * 0.5); views > 0; views--) viewProduct(session, look);
    if (visit.buys) finishOrder(session);
    return session.at;
  }
  enter(session);
  if (visit.identity === 'sign-in' || visit.identity === 'sign-up') {
    if (!visit.buys) signIn(session);
  }
  browse(session, look);
  if (visit.buys) finishOrder(session);
  else tempt(session, look);
  leave(session, look);
  return session.at;
}

export function openSession(stage: Stage, shopper: Shopper, visit: Visit, today: CalendarDay, at: number): Session {
  const { place, ip } = shopper.person;
  const { device } = visit;
  const context: Record<string, unknown> =
    device.model.platform === undefined
      ? { ...device.model, locale: place.locale, timezone: place.timezone, location: place.location, ip }
      : { ...device.model, location: place.location };
  const source = device.model.platform === undefined ? drawSource(stage.random, visit, today) : undefined;
  if (source?.campaign) context['campaign'] = source.campaign;
  const sender = { anonymousId: visit.anonymousId, userId: visit.userId, context };
  return { stage, today, shopper, visit, sender, context, at, lastUrl: source?.referrer ?? '' };
}

const sources = [
  { referrer: '' },
  { referrer: 'https://www.google.com/' },
  { referrer: 'https://www.google.com/', campaign: Object.freeze({ source: 'google', medium: 'cpc', name: 'brand' }) },
  {
    referrer: 'https://www.instagram.com/',
    campaign: Object.freeze({ source: 'instagram', medium: 'paid_social', name: 'lookbook' }),
  },
  {
    referrer: 'https://deals.example/',
    campaign: Object.freeze({ source: 'deals', medium: 'affiliate', name: 'partners' }),
  },
];
const sourceWeights = Float64Array.of(0.42, 0.27, 0.14, 0.11, 0.06);

function drawSource(random: Random, visit: Visit, today: CalendarDay): { referrer: string; campaign?: object } {
  if (visit.fromEmail && today.mailing) {
    return { referrer: '', campaign: { source: 'newsletter', medium: 'email', name: today.mailing.name } };
  }
  return isApp(visit.device.kind) ? sources[0] : sources[random.choice(sourceWeights)];
}

function enter(session: Session): void {
  const luck = session.stage.random.uniform();
  if (luck < 0.4) openPage(session, 'Home', '/');
  else if (luck < 0.7) openList(session);
  else viewProduct(session, BROWSING);
}

/** Opens a page or screen; what follows is said to happen on it. */
function openPage(session: Session, name: string, path: string, url = siteUrl + path): void {
  const { stage, visit, sender } = session;
  session.at += 2000;
  if (isApp(visit.device.kind)) {
    stage.outbox.view(session.at, sender, 'screen', name, { path });
  } else {
    const page = { path, url, title: name, referrer: session.lastUrl };
    sender.context = { ...session.context, page };
    // The sender is shared by all messages of the visit, the context by all of the page.
    stage.outbox.view(session.at, sender, 'page', name, page);
  }
  session.lastUrl = url;
  dwell(session, path);
}

/** Time passes; some of it is reported. */
function dwell(session: Session, path: string): void {
  const { random } = session.stage;
  const seconds = 3 + random.exponential(1 / 24) * (session.shopper.manner?.dwell ?? 1);
  if (random.uniform() < 0.2) {
    const scrolled = Math.ceil(10 * Math.sqrt(random.uniform())) * 10;
    say(session, 'scroll', { scroll_depth: scrolled, path }, seconds * 500);
  }
  session.at += seconds * 1000;
  const luck = random.uniform();
  if (luck < 0.09) say(session, 'time_on_page', { seconds_on_page: Math.round(seconds), path });
  else if (luck < 0.11) say(session, 'internal_link_click', { path, target: '/service/returns' });
}

function browse(session: Session, look: number): void {
  const { random } = session.stage;
  const { lists, views, searches, filters, wishes } = looksOf(session.shopper, look);
  if (look === BOUGHT && random.uniform() < 0.5) openPage(session, 'Order status', '/account/orders');
  if (random.uniform() < searches) search(session);
  for (let count = random.poisson(lists); count > 0; count--) {
    openList(session);
    if (random.uniform() < filters) refineList(session);
  }
  for (let count = random.poisson(views); count > 0; count--) viewProduct(session, look);
  const product = session.shopper.focus;
  if (product && random.uniform() < wishes) say(session, 'Product Added to Wishlist', product);
  if (random.uniform() < 0.05) oddsAndEnds(session, product);
}

/** What the look of a visit makes one do, in the manner of the shopper. */
function looksOf({ manner }: Shopper, look: number): Look {
  const usual = looks[look];
  if (!manner) return usual;
  return {
    ...usual,
    lists: usual.lists * manner.lists,
    views: usual.views * manner.views,
    searches: usual.searches * manner.searches,
    filters: usual.filters * manner.filters,
  };
}

function search(session: Session): void {
  const shelf = drawShelf(session);
  const { random } = session.stage;
  const words = random.uniform() < 0.4 ? `${shelf.brands[random.int(shelf.brands.length)]} ` : '';
  const query = (words + shelf.category).toLowerCase();
  say(session, 'Products Searched', { query });
  openPage(session, 'Search', '/search', `${siteUrl}/search?q=${encodeURIComponent(query)}`);
}

function openList(session: Session): void {
  const shelf = drawShelf(session);
  openPage(session, shelf.category, shelf.path);
  say(session, 'Product List Viewed', { list_id: shelf.path.slice(3), category: shelf.category });
}

function refineList(session: Session): void {
  const shelf = drawShelf(session);
  const { random } = session.stage;
  session.at += 4000;
  if (random.uniform() < 0.6) {
    const filters = [{ type: 'brand', value: shelf.brands[random.int(shelf.brands.length)] }];
    say(session, 'Product List Filtered', { list_id: shelf.path.slice(3), category: shelf.category, filters });
  } else {
    say(session, 'sort_changed', { category: shelf.category, sort: random.uniform() < 0.7 ? 'price_asc' : 'newest' });
  }
}

/** Those who compare come back to what they have in mind; others take what is popular on shelves they like. */
function viewProduct(session: Session, look: number): void {
  const { stage, shopper } = session;
  const returns = look === COMPARING || look === READY ? 0.45 : 0.15;
  const product = shopper.focus && stage.random.uniform() < returns ? shopper.focus : drawProduct(session);
  if (!shopper.focus || stage.random.uniform() < 0.35) shopper.focus = product;
  if (session.visit.device.kind === 'marketplace') session.at += 2000 + stage.random.exponential(1 / 20_000);
  else openPage(session, product.name, product.url.slice(siteUrl.length), product.url);
  say(session, 'Product Viewed', product);
}

function drawShelf({ stage, shopper }: Session): Shelf {
  return stage.shelves[shelfOf(shopper.taste, stage.random.uniform())];
}

export function drawProduct(session: Session): Product {
  let product = drawOne(session);
  for (let seen = session.shopper.manner?.bargains ?? 1; seen > 1; seen--) {
    const other = drawOne(session);
    if (other.price < product.price) product = other;
  }
  return product;
}

function drawOne(session: Session): Product {
  const shelf = drawShelf(session);
  const { random } = session.stage;
  const product = pickProduct(shelf, random.uniform());
  if (product.brand === session.shopper.favouriteBrand || random.uniform() < 0.6) return product;
  return pickProduct(shelf, random.uniform());
}

/** Cart and checkout of those who don't buy today. */
function tempt(session: Session, look: number): void {
  const { stage, shopper } = session;
  const { random } = stage;
  const { cart, begins } = looks[look];
  if (random.uniform() < cart) fillCart(session, shopper.focus ?? drawProduct(session));
  if (shopper.cart.length === 0) return;
  if (random.uniform() < 0.12) {
    const product = shopper.cart.pop()!;
    say(session, 'Product Removed', { ...product, quantity: 1 });
  } else if (random.uniform() < 0.35) {
    openPage(session, 'Cart', '/cart');
    say(session, 'Cart Viewed', { products: shopper.cart.slice() });
    if (random.uniform() < begins) abandonCheckout(session);
  }
}

function finishOrder(session: Session): void {
  const { shopper, stage, visit } = session;
  if (shopper.cart.length === 0 || stage.random.uniform() < 0.3)
    fillCart(session, shopper.focus ?? drawProduct(session));
  for (let more = shopper.manner ? stage.random.poisson(shopper.manner.extraLines) : 0; more > 0; more--)
    fillCart(session, drawProduct(session));
  if (visit.device.kind !== 'marketplace') openPage(session, 'Checkout', '/checkout');
  if (visit.identity === 'sign-in' || visit.identity === 'sign-up') signIn(session);
  if (visit.identity === 'guest-email') {
    stage.outbox.identify(session.at, session.sender, guestTraits(session));
  }
  checkOut(session);
}

/** From here on the visit speaks with a user id. */
function signIn(session: Session): void {
  const { stage, visit } = session;
  const isNew = visit.identity === 'sign-up';
  session.at += 8000;
  if (isNew) say(session, 'form_start', { form: 'sign-up' }, -6000);
  session.sender = { ...session.sender, userId: visit.accountId };
  if (isNew && isApp(visit.device.kind)) stage.outbox.alias(session.at, session.sender, visit.anonymousId);
  introduce(session);
  if (isNew) say(session, 'form_submit', { form: 'sign-up' });
  say(session, isNew ? 'Signed Up' : 'Signed In', { method: 'email' });
  if (isNew && session.shopper.subscribedFrom === session.today.day)
    say(session, 'subscription', { list: 'newsletter' });
}

/** Tells who the user id is. The marketplace knows its customers by e-mail or by phone, and writes them its own way. */
function introduce(session: Session): void {
  const { stage, shopper, sender, visit } = session;
  const { person } = shopper;
  if (visit.device.kind === 'marketplace') {
    stage.outbox.identify(session.at, sender, marketplaceTraits(session));
    return;
  }
  stage.outbox.identify(session.at, sender, {
    ...fillIn(shopper, ACCOUNT_FORM, session.today.day, stage.settings),
    email: person.email,
    phone: person.phone.replaceAll(' ', ''),
    gender: person.gender,
    age: person.age,
  });
}

/** Each form is filled in once, and kept by whom it was filled in for; a guest fills in one for each browser. */
const ACCOUNT_FORM = 1;
const MARKETPLACE_FORM = 2;
const GUEST_FORMS = 3;

function marketplaceTraits({ shopper, stage, today }: Session): Readonly<Record<string, unknown>> {
  const { email, phone } = shopper.person;
  const form = fillIn(shopper, MARKETPLACE_FORM, today.day, stage.settings);
  if (mix(shopper.key, MARKETPLACE_FORM, 17) / 0x100000000 < stage.settings.relayShare) {
    return { ...form, email: `${hex8(mix(shopper.key, MARKETPLACE_FORM, 19))}@relay.example` };
  }
  const spelled = email.charAt(0).toUpperCase() + email.slice(1);
  return shopper.marketplaceSharesEmail ? { ...form, email: spelled } : { ...form, phone };
}

/** Guests say where to send it, and not when they were born. */
function guestTraits({ shopper, stage, today }: Session): Readonly<Record<string, unknown>> {
  const { email, firstName, lastName } = shopper.person;
  const { birthday: _, ...form } = fillIn(shopper, GUEST_FORMS + shopper.cookies, today.day, stage.settings);
  const code = mix(shopper.key, GUEST_FORMS + shopper.cookies, 23);
  const other = `${firstName[0]}${lastName}${code % 1000}@mail.example`.toLowerCase();
  return { ...form, email: code / 0x100000000 < stage.settings.otherMailShare ? other : email };
}

function oddsAndEnds(session: Session, product: Product | undefined): void {
  const { random } = session.stage;
  const luck = random.int(6);
  session.at += 5000;
  if (luck === 0) {
    say(session, 'video_play', { title: 'Lookbook', seconds: 45 });
    session.at += 45_000;
    if (random.uniform() < 0.6) say(session, 'video_complete', { title: 'Lookbook', seconds: 45 });
  } else if (luck === 1) say(session, 'download', { file: 'size-guide.pdf' });
  else if (luck === 2) say(session, 'feature_used', { feature: 'size_finder' });
  else if (luck === 3) say(session, 'external_link_click', { target: 'https://care.example/' });
  else if (product) say(session, 'Product Shared', { ...product, share_via: luck === 4 ? 'whatsapp' : 'instagram' });
}

function leave(session: Session, look: number): void {
  const { random } = session.stage;
  session.at += 1000;
  if (!isApp(session.visit.device.kind) && random.uniform() < (look === IDLE ? 0.3 : 0.15)) {
    say(session, 'page_exit', { url: session.lastUrl });
  }
}
