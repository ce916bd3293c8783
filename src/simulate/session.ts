// A visit under way, and the stage it is played on. Time within a visit only moves forward; the outbox puts the visits
// of all shoppers in order.
import type { Random } from '../math/index.ts';
import type { CalendarDay } from './calendar.ts';
import type { Shelf } from './catalogue.ts';
import type { Visit } from './diary.ts';
import type { FollowUps } from './followups.ts';
import type { Outbox, Sender } from './outbox.ts';
import type { Shopper } from './population.ts';
import type { ShopSettings } from './settings.ts';

/** What every visit is played with. */
export type Stage = {
  random: Random;
  settings: ShopSettings;
  shelves: readonly Shelf[];
  outbox: Outbox;
  followUps: FollowUps;
  /** Seeds order numbers; `orders` counts them. */
  secret: number;
  orders: number;
};

export type Session = {
  stage: Stage;
  today: CalendarDay;
  shopper: Shopper;
  visit: Visit;
  sender: Sender;
  /** The sender's context without the page. */
  context: Readonly<Record<string, unknown>>;
  /** Milliseconds of the day. */
  at: number;
  lastUrl: string;
};

/** Tracks an event now, or `later` milliseconds from now without letting time pass. */
export function say(session: Session, event: string, properties: Readonly<Record<string, unknown>>, later = 0): void {
  session.stage.outbox.track(session.at + later, session.sender, event, properties);
}
