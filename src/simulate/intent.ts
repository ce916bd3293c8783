// The hidden daily Markov chain of one shopper's intent, and the exact probability of a purchase that follows from it.
// One kernel (`buyProbability`, `transitions`) serves both drawing a day and the forward recursion over days, so the
// truth cannot drift from what is simulated. Forward recursion: Rabiner 1989, section III.A, with "has bought" as the
// absorbing end instead of an observation.
import type { Calendar, CalendarDay, Campaign } from './calendar.ts';
import { isTreated, type Shopper } from './population.ts';
import type { ShopSettings } from './settings.ts';

/** The states of the chain, in the order of their numbers. */
export const intents = ['lapsed', 'idle', 'browsing', 'comparing', 'ready', 'bought'] as const;
export const LAPSED = 0;
export const IDLE = 1;
export const BROWSING = 2;
export const COMPARING = 3;
export const READY = 4;
export const BOUGHT = 5;
const stateCount = intents.length;

/** Probability of at least one visit on a day that does not move ahead, by state, before habit and season. */
const visitProbability = [0.006, 0.009, 0.24, 0.36, 0.5, 0.08];
/** The same on a day that does: it is mostly by looking that people come to want. */
const visitAheadProbability = 0.9;
/** Expected purchases on a day, by state, for a shopper of average readiness to buy. */
const buyHazard = [0.0003, 0.0005, 0.004, 0.02, 0.14, 0.006];
/** Expected impulse purchases on a day, by state, at noise 1. */
const impulseHazard = [0.0001, 0.0012, 0.006, 0.008, 0.008, 0.003];
/** Natural log of the factor on moving ahead and buying when interest has gone. */
const FADED = -4;
/** Share of anomalies that contain an order. */
export const bulkOrderShare = 1 / 3;

/** Everything outside the shopper that acts on one day: factors on moving ahead and on buying. */
export type DayForce = { drive: number; buying: number };

/** Who is sent coupons in the coupon tests: as the shop drew it, or everyone or no one, to ask what would happen. */
export type Treatment = 'as-drawn' | 'all' | 'none';

/** What the day does to this shopper, when no e-mail is opened. */
export function forceOn(day: CalendarDay, shopper: Shopper, settings: ShopSettings, treatment: Treatment): DayForce {
  let effect = day.paydayEffect * shopper.priceSensitivity;
  let coupon = 0;
  if (day.campaign) {
    effect += settings.campaignEffect * shopper.priceSensitivity;
    if (getsCoupon(shopper, day.campaign, settings, treatment)) {
      coupon = settings.treatmentEffect * shopper.persuadability;
    }
  }
  if (day.day >= shopper.fadesFrom) effect += FADED;
  const drive = effect === 0 ? day.season : day.season * Math.exp(effect);
  return { drive, buying: coupon === 0 ? drive : drive * Math.exp(coupon) };
}

/** Whether the shopper is among those who are sent the campaign's coupon on its first day. */
export function getsCoupon(
  shopper: Shopper,
  campaign: Campaign,
  settings: ShopSettings,
  treatment: Treatment,
): boolean {
  if (treatment === 'none' || !isSubscribed(shopper, campaign.firstDay)) return false;
  return treatment === 'all' || isTreated(shopper, campaign, settings);
}

/** Subscribed, and not about to unsubscribe. */
export function isSubscribed(shopper: Shopper, day: number): boolean {
  return day > shopper.subscribedFrom && day < shopper.subscribedUntil;
}

/** Whether the day's mailing goes to this shopper and may nudge. */
export function isMailed(day: CalendarDay, shopper: Shopper, settings: ShopSettings, treatment: Treatment): boolean {
  if (!day.mailing || !isSubscribed(shopper, day.day)) return false;
  return !day.mailing.campaign || getsCoupon(shopper, day.mailing.campaign, settings, treatment);
}

/** Factor on drive and buying of an opened e-mail. */
export function openedFactor(shopper: Shopper, settings: ShopSettings): number {
  return Math.exp(settings.emailEffect * shopper.persuadability);
}

/** Probability that the shopper means to buy on a day that begins in the state. */
export function buyProbability(shopper: Shopper, state: number, buying: number, settings: ShopSettings): number {
  const hazard = buyHazard[state] * shopper.buyer + impulseHazard[state] * settings.noise * shopper.impulse;
  return -Math.expm1(-hazard * buying);
}

/** Whether a day's move brings the shopper nearer to buying. */
export function movesAhead(from: number, to: number): boolean {
  return (to > from && from !== LAPSED && to <= READY) || (from === BOUGHT && to === READY);
}

/** Probability of at least one visit on a day, given where it begins and where it leads. */
export function comingProbability(shopper: Shopper, from: number, to: number, season: number): number {
  if (movesAhead(from, to)) return visitAheadProbability;
  return Math.min(0.97, visitProbability[from] * shopper.habit * season);
}

/** Probability that somebody defrauds the shop in this shopper's name on a day. */
export function anomalyProbability(settings: ShopSettings): number {
  return settings.anomalyShare >= 1 ? 1 / 180 : -Math.log1p(-settings.anomalyShare) / 180;
}

/** Fills `row` with the probabilities of tomorrow's state, given today's state and no purchase today. */
export function transitions(shopper: Shopper, state: number, drive: number, row: Float64Array): void {
  row.fill(0);
  const ahead = (rate: number) => -Math.expm1(-rate * drive);
  if (state === LAPSED) {
    row[IDLE] = ahead(0.012 * shopper.pace);
  } else if (state === IDLE) {
    row[BROWSING] = ahead(0.01 * shopper.pace);
    row[READY] = (1 - row[BROWSING]) * ahead(0.0008 * shopper.pace * shopper.resolve);
    row[LAPSED] = (1 - row[BROWSING] - row[READY]) * shopper.lapseRate;
  } else if (state === BROWSING) {
    row[COMPARING] = ahead(0.15);
    row[IDLE] = (1 - row[COMPARING]) * 0.2;
  } else if (state === COMPARING) {
    row[READY] = ahead(0.2);
    row[BROWSING] = (1 - row[READY]) * 0.08;
    row[IDLE] = (1 - row[READY]) * 0.14;
  } else if (state === READY) {
    row[COMPARING] = 0.05;
    row[IDLE] = 0.08;
  } else {
    row[READY] = ahead(shopper.replenishRate);
    row[IDLE] = (1 - row[READY]) * 0.14;
  }
  let moved = 0;
  for (let i = 0; i < stateCount; i++) moved += row[i];
  row[state] += 1 - moved;
}

const drawn = new Float64Array(stateCount);

/** Tomorrow's state, drawn with `uniform` in [0, 1). */
export function drawState(shopper: Shopper, state: number, drive: number, uniform: number): number {
  transitions(shopper, state, drive, drawn);
  let rest = uniform;
  for (let next = 0; next < stateCount; next++) {
    rest -= drawn[next];
    if (rest < 0) return next;
  }
  return state;
}

/**
 * P(at least one purchase on the days `firstDay` … `firstDay + days - 1` | state at the start of the first day).
 * Conditions on the shopper's fixed traits and the shop's own plan (calendar, coupon draws), averages over all luck:
 * transitions, purchases, e-mails opened or not, fraud.
 */
export function purchaseProbability(
  shopper: Shopper,
  state: number,
  firstDay: number,
  days: number,
  calendar: Calendar,
  settings: ShopSettings,
  treatment: Treatment = 'as-drawn',
): number {
  let alive = new Float64Array(stateCount);
  let next = new Float64Array(stateCount);
  const row = new Float64Array(stateCount);
  alive[state] = 1;
  const noFraud = 1 - anomalyProbability(settings) * bulkOrderShare;
  for (let day = firstDay; day < firstDay + days; day++) {
    const today = calendar(day);
    const force = forceOn(today, shopper, settings, treatment);
    const openRate = isMailed(today, shopper, settings, treatment) ? shopper.openRate : 0;
    next.fill(0);
    passDay(1 - openRate, force.drive, force.buying);
    if (openRate > 0) {
      const factor = openedFactor(shopper, settings);
      passDay(openRate, force.drive * factor, force.buying * factor);
    }
    [alive, next] = [next, alive];
  }
  let notBought = 0;
  for (let i = 0; i < stateCount; i++) notBought += alive[i];
  return 1 - notBought;

  function passDay(weight: number, drive: number, buying: number): void {
    for (let from = 0; from < stateCount; from++) {
      if (alive[from] === 0) continue;
      const stays = alive[from] * weight * noFraud * (1 - buyProbability(shopper, from, buying, settings));
      transitions(shopper, from, drive, row);
      for (let to = 0; to < stateCount; to++) next[to] += stays * row[to];
    }
  }
}
