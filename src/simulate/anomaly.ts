// What goes wrong in a shop: stolen cards tried out, goods bought in bulk in a customer's name from far away, and a
// checkout that is broken for somebody. The messages say nothing of it but what they show.
import type { CalendarDay } from './calendar.ts';
import { amounts, nextOrderId, placeOrder } from './checkout.ts';
import type { AnomalyKind, Visit } from './diary.ts';
import type { Shopper } from './population.ts';
import { type Session, type Stage, say } from './session.ts';
import { drawProduct, openSession } from './visit.ts';

/** Plays the anomaly from `startMs` of the day on and returns when it ended. */
export function playAnomaly(
  stage: Stage,
  shopper: Shopper,
  kind: AnomalyKind,
  visit: Visit,
  today: CalendarDay,
  startMs: number,
): number {
  const session = openSession(stage, shopper, visit, today, startMs);
  if (kind === 'broken_checkout') repeatCheckout(session, 6 + stage.random.int(10), 8000);
  else moveAbroad(session);
  if (kind === 'card_testing') repeatCheckout(session, 20 + stage.random.int(30), 1500);
  if (kind === 'bulk_order') {
    const product = drawProduct(session);
    say(session, 'Product Viewed', product);
    session.at += 3000;
    const line = { ...product, quantity: 8 + stage.random.int(13) };
    say(session, 'Product Added', line);
    placeOrder(session, [line]);
  }
  return session.at;
}

function moveAbroad(session: Session): void {
  const location = { country: 'KY', city: 'George Town' };
  session.context = { ...session.context, location, timezone: 'America/Cayman', ip: '100.127.255.7' };
  session.sender.context = session.context;
}

function repeatCheckout(session: Session, times: number, pauseMs: number): void {
  const { random } = session.stage;
  const products = [{ ...drawProduct(session), quantity: 1 }];
  for (let i = 0; i < times; i++) {
    const order_id = nextOrderId(session);
    say(session, 'Checkout Started', { order_id, ...amounts(products, 0), products });
    session.at += pauseMs * (0.5 + random.uniform());
    say(session, 'Payment Info Entered', { order_id, payment_method: 'card' });
    session.at += pauseMs * (0.5 + random.uniform());
    say(session, 'Checkout Failed', { order_id, reason: pauseMs > 5000 ? 'timeout' : 'card_declined' });
  }
}
