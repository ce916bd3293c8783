// What the day brings to everyone: weekly and yearly seasons, pay-days, campaigns and mailings. All of it is fixed by
// the date and the settings, never drawn, so that the truth can look ahead without knowing any shopper's luck.
import { DAY_MS, toDay } from '../time.ts';
import type { ShopSettings } from './settings.ts';

/** One sale with a randomised coupon test among the subscribers. */
export type Campaign = { name: string; coupon: string; discountShare: number; ordinal: number; firstDay: number };

/** A mailing to all subscribers, or (a campaign's) to those treated. */
export type Mailing = { name: string; subject: string; campaign: Campaign | undefined };

export type CalendarDay = {
  /** Days since the start of the history; negative before it. */
  day: number;
  startMs: number;
  date: string;
  /** Factor of the weekly and the yearly season on intent and buying; the mean over a year is about 1. */
  season: number;
  /** Natural log of the factor around pay-day, at price sensitivity 1. */
  paydayEffect: number;
  campaign: Campaign | undefined;
  mailing: Mailing | undefined;
};

export type Calendar = (day: number) => CalendarDay;

/** Monday-to-Sunday rhythm of online shops: Sundays and Mondays are strong, Saturdays weak. Index 0 is Sunday. */
const weekly = [1.14, 1.1, 1.03, 0.99, 0.95, 0.9, 0.89];
/** Months January to December, interpolated from mid-month to mid-month. */
const yearly = [0.92, 0.88, 0.95, 0.97, 1, 0.96, 0.92, 0.9, 0.98, 1.03, 1.28, 1.25];
const campaignPeriodDays = 30;
const campaignLengthDays = 6;
const newsletterWeekday = 4;

export function openCalendar(settings: ShopSettings, start: Date): Calendar {
  const known = new Map<number, CalendarDay>();
  return (day) => {
    let found = known.get(day);
    if (!found) {
      found = describeDay(settings, start.getTime() + day * DAY_MS, day);
      known.set(day, found);
    }
    return found;
  };
}

function describeDay(settings: ShopSettings, startMs: number, day: number): CalendarDay {
  const date = new Date(startMs);
  const epochDay = Math.floor(startMs / DAY_MS);
  const dayOfCampaign = epochDay % campaignPeriodDays;
  const campaign = dayOfCampaign < campaignLengthDays ? describeCampaign(startMs, day, settings) : undefined;
  return {
    day,
    startMs,
    date: toDay(startMs),
    season: weekly[date.getUTCDay()] * yearlySeason(date),
    paydayEffect: date.getUTCDate() >= 27 || date.getUTCDate() <= 2 ? 0.15 : 0,
    campaign,
    mailing: describeMailing(date, dayOfCampaign === 0 ? campaign : undefined),
  };
}

function yearlySeason(date: Date): number {
  const position = date.getUTCMonth() + (date.getUTCDate() - 15) / 30.5 + 12;
  const before = Math.floor(position);
  const share = position - before;
  return yearly[before % 12] * (1 - share) + yearly[(before + 1) % 12] * share;
}

function describeCampaign(startMs: number, day: number, settings: ShopSettings): Campaign {
  const epochDay = Math.floor(startMs / DAY_MS);
  const ordinal = Math.floor(epochDay / campaignPeriodDays);
  const dayOfCampaign = epochDay % campaignPeriodDays;
  const opening = toDay(startMs - dayOfCampaign * DAY_MS);
  const category = settings.categories[ordinal % settings.categories.length];
  return {
    name: `${category.toLowerCase().replaceAll(' ', '-')}-days-${opening}`,
    coupon: `SAVE${10 + 5 * (ordinal % 3)}-${opening.slice(2, 4)}${opening.slice(5, 7)}`,
    discountShare: 0.1 + 0.05 * (ordinal % 3),
    ordinal,
    firstDay: day - dayOfCampaign,
  };
}

function describeMailing(date: Date, starting: Campaign | undefined): Mailing | undefined {
  if (starting) return { name: starting.name, subject: 'A coupon for you', campaign: starting };
  if (date.getUTCDay() !== newsletterWeekday) return undefined;
  return { name: `newsletter-${toDay(date)}`, subject: 'New this week', campaign: undefined };
}
