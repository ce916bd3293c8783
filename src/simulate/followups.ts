// What comes in the days after an order: refund, review, call to the service desk. Kept by day until that day is sent.
import type { Random } from '../math/index.ts';
import { backOffice } from './devices.ts';
import type { Outbox, Sender } from './outbox.ts';

/** An order as far as its aftermath needs it. */
export type PlacedOrder = {
  sender: Sender;
  order_id: string;
  revenue: number;
  total: number;
  currency: string;
  products: readonly Readonly<{ product_id: string; name: string; category: string; brand: string }>[];
};

type FollowUp = { kind: 'refund' | 'review' | 'support'; order: PlacedOrder };

export type FollowUps = {
  /** Draws what will follow the order. */
  expect(random: Random, day: number, order: PlacedOrder): void;
  /** Writes what is due today. */
  deliver(random: Random, day: number, outbox: Outbox): void;
};

const refundShare = 0.06;
const reviewShare = 0.08;
const supportShare = 0.04;
const topics = ['delivery', 'return', 'size', 'payment'];

export function openFollowUps(): FollowUps {
  const due = new Map<number, FollowUp[]>();

  function keep(day: number, followUp: FollowUp): void {
    const sameDay = due.get(day);
    if (sameDay) sameDay.push(followUp);
    else due.set(day, [followUp]);
  }

  return {
    expect(random, day, order) {
      if (random.uniform() < refundShare) keep(day + 3 + random.int(12), { kind: 'refund', order });
      if (random.uniform() < reviewShare) keep(day + 5 + random.int(15), { kind: 'review', order });
      if (random.uniform() < supportShare) keep(day + 1 + random.int(9), { kind: 'support', order });
    },
    deliver(random, day, outbox) {
      for (const { kind, order } of due.get(day) ?? []) write(kind, order, random, outbox);
      due.delete(day);
    },
  };
}

function write(kind: FollowUp['kind'], order: PlacedOrder, random: Random, outbox: Outbox): void {
  const at = (8 + 10 * random.uniform()) * 3_600_000;
  const office = { ...order.sender, context: backOffice };
  if (kind === 'refund') {
    const { order_id, revenue, total, currency, products } = order;
    outbox.track(at, office, 'Order Refunded', { order_id, revenue, total, currency, products });
  } else if (kind === 'support') {
    const seconds = Math.round(60 + random.exponential(1 / 240));
    const topic = topics[random.int(topics.length)];
    outbox.track(at, office, 'Call Completed', { order_id: order.order_id, topic, seconds });
  } else {
    const { product_id, name, category, brand } = order.products[0];
    const rating = random.uniform() < 0.75 ? 4 + random.int(2) : 1 + random.int(3);
    const bodies = ['Not for me.', 'It is fine.', 'Exactly as described.'];
    const review_body = bodies[rating < 3 ? 0 : rating < 5 ? 1 : 2];
    outbox.track(at, order.sender, 'Product Reviewed', { product_id, name, category, brand, rating, review_body });
  }
}
