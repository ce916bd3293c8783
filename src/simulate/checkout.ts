// Cart, checkout and order, with the amounts as Segment defines them: revenue is after discount and before shipping and
// tax, total is what is paid. An order is what the truth counts as a purchase.
import type { Product } from './catalogue.ts';
import { getsCoupon } from './intent.ts';
import { type Session, say } from './session.ts';
import { hex8, mix } from './wire.ts';

export type Line = Product & { quantity: number };

const taxShare = 0.19;
const freeShippingFrom = 60;
const shippingFee = 4.95;
const cartLimit = 4;

export function fillCart(session: Session, product: Product): void {
  const { shopper, visit } = session;
  if (shopper.cart.length >= cartLimit) shopper.cart.shift();
  shopper.cart.push(product);
  session.at += 3000;
  if (visit.device.kind !== 'store') say(session, 'Product Added', { ...product, quantity: 1 });
}

/** A checkout that is begun and left. */
export function abandonCheckout(session: Session): void {
  session.at += 6000;
  const lines = session.shopper.cart.map((product) => ({ ...product, quantity: 1 }));
  say(session, 'Checkout Started', { order_id: nextOrderId(session), ...amounts(lines, 0), products: lines });
}

/** Checkout to the end: everything in the cart is bought. */
export function checkOut(session: Session): void {
  const { random } = session.stage;
  const lines = session.shopper.cart.map((product) => ({ ...product, quantity: random.uniform() < 0.12 ? 2 : 1 }));
  session.shopper.cart = [];
  session.shopper.focus = undefined;
  placeOrder(session, lines);
}

/** The events of a checkout and its order, and what may follow in the days after. */
export function placeOrder(session: Session, lines: Line[]): void {
  const { stage, visit, today } = session;
  const orderId = nextOrderId(session);
  const atTill = visit.device.kind === 'store';
  const coupon = atTill ? undefined : couponOf(session);
  const sums = amounts(lines, coupon?.discountShare ?? 0);
  if (!atTill && visit.device.kind !== 'marketplace') {
    session.at += 4000;
    say(session, 'Checkout Started', { order_id: orderId, ...amounts(lines, 0), products: lines });
    session.at += 25_000;
    if (coupon) say(session, 'Coupon Applied', { order_id: orderId, coupon_id: coupon.code, discount: sums.discount });
    say(session, 'Payment Info Entered', { order_id: orderId, payment_method: 'card' });
    session.at += 15_000;
  }
  const affiliation = atTill
    ? `Store ${session.shopper.person.place.location.city}`
    : visit.device.kind === 'marketplace'
      ? 'Marketplace'
      : 'Web shop';
  const order = { order_id: orderId, affiliation, ...sums, currency: stage.settings.currency, products: lines };
  say(session, 'Order Completed', coupon ? { ...order, coupon: coupon.code } : order);
  stage.followUps.expect(stage.random, today.day, {
    sender: { ...session.sender, context: session.context },
    ...order,
  });
}

function couponOf(session: Session): { code: string; discountShare: number } | undefined {
  const { stage, today, shopper } = session;
  if (today.campaign && getsCoupon(shopper, today.campaign, stage.settings, 'as-drawn')) {
    return { code: today.campaign.coupon, discountShare: today.campaign.discountShare };
  }
  return stage.random.uniform() < (shopper.manner?.couponRate ?? 0.05 * shopper.priceSensitivity)
    ? { code: 'WELCOME5', discountShare: 0.05 }
    : undefined;
}

export function amounts(lines: readonly Line[], discountShare: number) {
  let subtotal = 0;
  for (const line of lines) subtotal += line.price * line.quantity;
  const discount = cents(subtotal * discountShare);
  const revenue = cents(subtotal - discount);
  const shipping = revenue >= freeShippingFrom ? 0 : shippingFee;
  const tax = cents(revenue * taxShare);
  return { subtotal: cents(subtotal), discount, revenue, shipping, tax, total: cents(revenue + shipping + tax) };
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

export function nextOrderId({ stage }: Session): string {
  return `O-${hex8(mix(stage.secret, stage.orders++, 3))}`;
}
