// The shop as others see it: a stream of messages, and the truth behind them. Both live through the same days with the
// same stream of random numbers; the messages' details come from a second stream, so the truth needs no messages.
import { InklingError } from '../errors.ts';
import { createRandom, type Random } from '../math/index.ts';
import { addDays, DAY_MS, startOfDay } from '../time.ts';
import { playAnomaly } from './anomaly.ts';
import { type Bot, breedBots, planBot, playBot } from './bots.ts';
import { type Calendar, openCalendar } from './calendar.ts';
import { type Shelf, stockShelves } from './catalogue.ts';
import { sharpen } from './clear.ts';
import { type AnomalyKind, type DayPlan, liveDay } from './diary.ts';
import { openFollowUps } from './followups.ts';
import { settleIn } from './homes.ts';
import { purchaseProbability } from './intent.ts';
import { playMail } from './mailing.ts';
import type { ClearType } from './manner.ts';
import { openOutbox } from './outbox.ts';
import { type Shopper, settle, warmUpDays } from './population.ts';
import type { Stage } from './session.ts';
import { readSettings, type ShopSettings, startOf } from './settings.ts';
import { playVisit } from './visit.ts';
import { isoTime, type SegmentMessage, scramble } from './wire.ts';

/** What is true of one visitor at a moment. */
export type Truth = {
  shopper: number;
  /** Every identifier used before the moment: `u:<userId>` or `a:<anonymousId>`. */
  anchors: string[];
  /** P(at least one order within the timeframe | everything hidden at the moment). */
  probability: number;
  /** Whether an order came; null when the timeframe reaches past the end of the history. */
  bought: boolean | null;
  /** Whether any message was sent by or to the visitor before the moment. */
  known: boolean;
  bot: boolean;
  /** The clear type of the shopper; null = none of them. */
  type: ClearType | null;
};

/** The same probability, had all coupon tests within the timeframe sent this subscriber the coupon, or none. */
export type Uplift = { shopper: number; anchors: string[]; known: boolean; treated: number; control: number };

/** One anomaly that was played; `from` and `to` are ISO 8601, `anchor` is who the messages come from. */
export type Anomaly = { shopper: number; anchor: string; kind: AnomalyKind; from: string; to: string };

export interface Shop {
  readonly settings: Readonly<ShopSettings>;
  /** All messages in the order of their time; each call starts anew and gives the same. */
  events(): Iterable<SegmentMessage>;
  /** The truth at a midnight (UTC) of the history about everyone who had come by then, bots included. */
  truthAt(asOf: Date, timeframeDays: number): Iterable<Truth>;
  /** The truth of the coupon's effect at a midnight, about subscribers. */
  upliftAt(asOf: Date, timeframeDays: number): Iterable<Uplift>;
  /** Every anomaly of the history, in the order of time. */
  anomalies(): Iterable<Anomaly>;
}

/** Opens a shop; `now` only sets the default of `end`. Throws `invalid_input` naming every wrong dial. */
export function openShop(given: Partial<ShopSettings> = {}, now: Date = new Date()): Shop {
  const settings = Object.freeze(readSettings(given, now));
  return {
    settings,
    events: () => playHistory(settings, []),
    truthAt: (asOf, timeframeDays) => tellTruth(settings, asOf, timeframeDays),
    upliftAt: (asOf, timeframeDays) => tellUplift(settings, asOf, timeframeDays),
    anomalies() {
      const seen: Anomaly[] = [];
      for (const _ of playHistory(settings, seen));
      return seen;
    },
  };
}

type World = {
  settings: ShopSettings;
  secret: number;
  calendar: Calendar;
  shelves: Shelf[];
  shoppers: Shopper[];
  bots: Bot[];
  /** Lives one day of everyone; days must follow each other from `-warmUpDays`. */
  live(
    day: number,
    onShopper?: (shopper: Shopper, plan: DayPlan) => void,
    onBot?: (bot: Bot, pages: number) => void,
  ): void;
};

function openWorld(settings: ShopSettings): World {
  const random = createRandom(settings.seed);
  const secret = scramble(random.fork('secret').int(0x100000000));
  const calendar = openCalendar(settings, startOf(settings));
  const shelves = stockShelves(settings, random.fork('shelves'));
  const shoppers = settle(settings, shelves, secret, random.fork('shoppers'));
  const types = random.fork('clear types');
  if (settings.clearShare > 0) for (const shopper of shoppers) sharpen(shopper, settings, types);
  for (const shopper of shoppers) settleIn(shopper, shoppers[shopper.number - 1], settings);
  const bots = breedBots(settings, secret, random.fork('bots'));
  const pencil = { random: random.fork('diary'), settings, secret };
  const botLuck = random.fork('bot days');
  return {
    settings,
    secret,
    calendar,
    shelves,
    shoppers,
    bots,
    live(day, onShopper, onBot) {
      const today = calendar(day);
      for (const shopper of shoppers) {
        if (shopper.arrivalDay > day) continue;
        const plan = liveDay(shopper, today, pencil);
        if (plan) onShopper?.(shopper, plan);
      }
      if (day < 0) return;
      for (const bot of bots) {
        const pages = planBot(bot, day, secret, botLuck);
        if (pages > 0) onBot?.(bot, pages);
      }
    },
  };
}

function liveUntil(world: World, day: number): void {
  for (let past = -warmUpDays; past < day; past++) world.live(past);
}

function* playHistory(settings: ShopSettings, anomalies: Anomaly[]): Generator<SegmentMessage> {
  const world = openWorld(settings);
  const { calendar, shelves, secret } = world;
  const random = createRandom(settings.seed).fork('visits');
  const outbox = openOutbox(secret);
  const stage: Stage = { random, settings, shelves, outbox, followUps: openFollowUps(), secret, orders: 0 };
  liveUntil(world, 0);
  for (let day = 0; day < settings.days; day++) {
    const today = calendar(day);
    world.live(
      day,
      (shopper, plan) => {
        const seen = playDay(stage, shopper, plan, day, calendar);
        if (seen) anomalies.push(seen);
      },
      (bot, pages) => playBot(bot, pages, today, shelves, outbox, random),
    );
    stage.followUps.deliver(random, day, outbox);
    yield* outbox.send(today.date);
  }
}

function playDay(stage: Stage, shopper: Shopper, plan: DayPlan, day: number, calendar: Calendar): Anomaly | undefined {
  const today = calendar(day);
  const clickedAt = playMail(stage, shopper, plan, today);
  let earliest = 0;
  for (const visit of plan.visits) {
    const start = visit.fromEmail && clickedAt ? clickedAt + 2000 : drawHour(stage.random, shopper);
    earliest = 1_800_000 + playVisit(stage, shopper, visit, today, Math.max(start, earliest));
  }
  if (!plan.anomaly) return undefined;
  const { kind, visit } = plan.anomaly;
  const from = Math.floor(Math.max(earliest, stage.random.uniform() * 80_000_000));
  const to = Math.floor(playAnomaly(stage, shopper, kind, visit, today, from));
  const anchor = visit.userId === '' ? `a:${visit.anonymousId}` : `u:${visit.userId}`;
  const iso = (ms: number) => isoTime(today.date, Math.min(ms, DAY_MS - 1));
  return { shopper: shopper.number, anchor, kind, from: iso(from), to: iso(to) };
}

/** Visits cluster around noon and the evening, local time; none starts in the last hour of the UTC day. */
function drawHour(random: Random, shopper: Shopper): number {
  const local = random.uniform() < 0.4 ? 12.5 + 2.5 * random.normal() : 19.5 + 2 * random.normal();
  const hour = (((local - shopper.person.place.hoursFromUtc) % 24) + 24) % 24;
  return Math.min(hour, 23) * 3_600_000;
}

function tellTruth(settings: ShopSettings, asOf: Date, timeframeDays: number): Truth[] {
  const world = openWorld(settings);
  const day = dayOf(settings, asOf, timeframeDays);
  liveUntil(world, day);
  const truths = world.shoppers
    .filter((shopper) => shopper.arrivalDay < day)
    .map((shopper) => ({
      shopper: shopper.number,
      anchors: shopper.anchors.slice(),
      probability: purchaseProbability(shopper, shopper.state, day, timeframeDays, world.calendar, settings),
      bought: null as boolean | null,
      known: shopper.firstEventDay < day,
      bot: false,
      type: shopper.manner?.type ?? null,
    }));
  const bots = world.bots
    .filter((bot) => bot.firstEventDay < day)
    .map(({ number, anchors }) => {
      return {
        shopper: number,
        anchors: anchors.slice(),
        probability: 0,
        bought: false,
        known: true,
        bot: true,
        type: null,
      };
    });
  if (day + timeframeDays > settings.days) return [...truths, ...bots];
  for (let future = day; future < day + timeframeDays; future++) world.live(future);
  for (const truth of truths) truth.bought = (world.shoppers[truth.shopper].purchaseDays.at(-1) ?? -1) >= day;
  return [...truths, ...bots];
}

function tellUplift(settings: ShopSettings, asOf: Date, timeframeDays: number): Uplift[] {
  const world = openWorld(settings);
  const day = dayOf(settings, asOf, timeframeDays);
  liveUntil(world, day);
  return world.shoppers
    .filter((shopper) => shopper.arrivalDay < day && shopper.subscribedFrom < day && shopper.subscribedUntil > day)
    .map((shopper) => {
      const buys = (treatment: 'all' | 'none') =>
        purchaseProbability(shopper, shopper.state, day, timeframeDays, world.calendar, settings, treatment);
      return {
        shopper: shopper.number,
        anchors: shopper.anchors.slice(),
        known: shopper.firstEventDay < day,
        treated: buys('all'),
        control: buys('none'),
      };
    });
}

/** Intent moves once a day, at midnight, so that is when the truth can be asked. */
function dayOf(settings: ShopSettings, asOf: Date, timeframeDays: number): number {
  const start = startOf(settings);
  const day = (asOf.getTime() - start.getTime()) / DAY_MS;
  const inHistory = day >= 0 && day <= settings.days;
  if (!inHistory || startOfDay(asOf).getTime() !== asOf.getTime()) {
    throw new InklingError('invalid_input', `asOf ${String(asOf)} is no midnight of the simulated history.`, {
      field: 'asOf',
      value: asOf,
      hint: `Ask for a midnight in UTC from ${start.toISOString()} to ${addDays(start, settings.days).toISOString()}.`,
    });
  }
  if (!Number.isInteger(timeframeDays) || timeframeDays < 1) {
    throw new InklingError('invalid_input', `timeframeDays ${timeframeDays} is no whole number of days.`, {
      field: 'timeframeDays',
      value: timeframeDays,
      hint: 'Give a whole number of at least 1.',
    });
  }
  return day;
}
