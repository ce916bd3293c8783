// Visitors that are no people: crawlers that say so in their user agent, scrapers that walk the shelves in a headless
// browser, and hoarders that fill carts and never buy. Nothing but the truth calls them bots.
import type { Random } from '../math/index.ts';
import type { CalendarDay } from './calendar.ts';
import { type Shelf, siteUrl } from './catalogue.ts';
import { crawlerModels, type DeviceModel, scraperModels } from './devices.ts';
import type { Outbox, Sender } from './outbox.ts';
import type { ShopSettings } from './settings.ts';
import { mix, scramble24, uuidOf } from './wire.ts';

export type Bot = {
  number: number;
  kind: 'crawler' | 'scraper' | 'hoarder';
  model: DeviceModel;
  ip: string;
  anonymousId: string;
  cookies: number;
  /** Probability of coming on a day, and pages per visit in the mean. */
  zeal: number;
  pages: number;
  arrivalDay: number;
  firstEventDay: number;
  anchors: string[];
};

const crawlerCookieRate = 0.15;

/** Bots are numbered after the shoppers. */
export function breedBots(settings: ShopSettings, secret: number, random: Random): Bot[] {
  const count = Math.round((settings.shoppers * settings.botShare) / (1 - settings.botShare));
  return Array.from({ length: count }, (_, i) => {
    const number = settings.shoppers + i;
    const kind = (['crawler', 'scraper', 'hoarder'] as const)[random.choice(Float64Array.of(0.5, 0.35, 0.15))];
    const models = kind === 'crawler' ? crawlerModels : scraperModels;
    const code = scramble24(number, secret);
    return {
      number,
      kind,
      model: models[random.int(models.length)],
      ip: `100.${64 + (code >>> 18)}.${(code >>> 10) & 255}.${(code >>> 2) & 255}`,
      anonymousId: '',
      cookies: 0,
      zeal: 0.03 + 0.2 * random.uniform() ** 2,
      pages: 3 + random.exponential(1 / 6),
      arrivalDay: random.uniform() < 0.5 ? 0 : random.int(settings.days),
      firstEventDay: Number.POSITIVE_INFINITY,
      anchors: [],
    };
  });
}

/** Pages that the bot opens today; 0 when it stays away. Part of the truth's replay, as a shopper's plan is. */
export function planBot(bot: Bot, day: number, secret: number, random: Random): number {
  if (day < bot.arrivalDay || (day > bot.arrivalDay && random.uniform() >= bot.zeal)) return 0;
  const forgets = bot.kind === 'crawler' && random.uniform() < crawlerCookieRate;
  if (bot.anonymousId === '' || forgets) {
    bot.anonymousId = uuidOf(secret, bot.number, bot.cookies++);
    bot.anchors.push(`a:${bot.anonymousId}`);
  }
  bot.firstEventDay = Math.min(bot.firstEventDay, day);
  return 1 + random.poisson(bot.pages);
}

/** Plays one visit: the shelf row by row, at an even pace. */
export function playBot(
  bot: Bot,
  pages: number,
  today: CalendarDay,
  shelves: readonly Shelf[],
  outbox: Outbox,
  random: Random,
): void {
  let at = random.uniform() * 80_000_000;
  const pace = bot.kind === 'crawler' ? 4000 : 1200;
  const location = { country: 'US', city: 'Ashburn' };
  const base = { ...bot.model, locale: 'en-US', timezone: 'UTC', location, ip: bot.ip };
  const shelf = shelves[random.int(shelves.length)];
  const first = mix(bot.number, today.day, 5) % shelf.products.length;
  for (let i = 0; i < pages; i++) {
    const product = shelf.products[(first + i) % shelf.products.length];
    const page = { path: product.url.slice(siteUrl.length), url: product.url, title: product.name, referrer: '' };
    const sender: Sender = { anonymousId: bot.anonymousId, userId: '', context: { ...base, page } };
    outbox.view(at, sender, 'page', product.name, page);
    if (bot.kind !== 'crawler' || i % 3 === 0) outbox.track(at + 300, sender, 'Product Viewed', product);
    if (bot.kind === 'hoarder' && i % 2 === 0) {
      outbox.track(at + 700, sender, 'Product Added', { ...product, quantity: 1 });
    }
    at += pace * (0.95 + 0.1 * random.uniform());
  }
}
