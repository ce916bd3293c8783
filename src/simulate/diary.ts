// One day of one shopper, as far as the truth depends on it: e-mail opened or not, purchase or not, tomorrow's intent,
// which visits from which device under which identity. What is looked at during a visit is no part of it (see
// visit.ts), so the truth can be told by living through the days without writing a single message.
import type { Random } from '../math/index.ts';
import type { CalendarDay } from './calendar.ts';
import { isApp, isOwnDevice } from './devices.ts';
import {
  anomalyProbability,
  BOUGHT,
  bulkOrderShare,
  buyProbability,
  COMPARING,
  comingProbability,
  drawState,
  forceOn,
  isMailed,
  isSubscribed,
  movesAhead,
  openedFactor,
  READY,
} from './intent.ts';
import { type Device, isTreated, type Shopper } from './population.ts';
import type { ShopSettings } from './settings.ts';
import { uuidOf } from './wire.ts';

export type AnomalyKind = 'bulk_order' | 'card_testing' | 'broken_checkout';

export type Visit = {
  device: Device;
  anonymousId: string;
  /** Known to the device at the start of the visit; empty when not. */
  userId: string;
  /** What happens to the identity during the visit. */
  identity: 'none' | 'introduce' | 'sign-in' | 'sign-up' | 'guest-email';
  /** The user id after a sign-in or sign-up. */
  accountId: string;
  /** Intent behind the visit: the day's, or tomorrow's where the visit brings it about. */
  state: number;
  buys: boolean;
  fromEmail: boolean;
};

export type DayPlan = {
  mail: 'none' | 'delivered' | 'opened' | 'clicked' | 'unsubscribed';
  /** Arm of the coupon test that starts today. */
  arm: 'none' | 'treatment' | 'control';
  visits: Visit[];
  anomaly: { kind: AnomalyKind; visit: Visit } | undefined;
};

/** What a day is drawn with; `secret` seeds the anonymous ids. */
export type Pencil = { random: Random; settings: ShopSettings; secret: number };

/** Lives one day. Moves the shopper's state on; undefined when nothing can be seen of the day. */
export function liveDay(shopper: Shopper, today: CalendarDay, pencil: Pencil): DayPlan | undefined {
  const { random, settings } = pencil;
  const state = shopper.state;
  const mailed = isMailed(today, shopper, settings, 'as-drawn');
  const opened = mailed && random.uniform() < shopper.openRate;
  let { drive, buying } = forceOn(today, shopper, settings, 'as-drawn');
  if (opened) {
    const factor = openedFactor(shopper, settings);
    drive *= factor;
    buying *= factor;
  }
  const buys = random.uniform() < buyProbability(shopper, state, buying, settings);
  shopper.state = buys ? BOUGHT : drawState(shopper, state, drive, random.uniform());
  if (today.day < 0) {
    if (buys && shopper.userId !== '') shopper.signedUp = true;
    return undefined;
  }
  const mail = mailed ? drawMail(opened, random) : unsubscribesOn(today, shopper) ? 'unsubscribed' : 'none';
  const arm = armOn(today, shopper, settings);
  const anomalous = random.uniform() < anomalyProbability(settings);
  const ahead = movesAhead(state, shopper.state);
  const comes = random.uniform() < comingProbability(shopper, state, shopper.state, today.season);
  const look = ahead ? shopper.state : state;
  const mustCome = buys || mail === 'clicked' || today.day === shopper.arrivalDay;
  if (!comes && !mustCome && mail === 'none' && arm === 'none' && !anomalous) return undefined;

  const visits = comes || mustCome ? planVisits(shopper, look, buys, mail === 'clicked', today, pencil) : [];
  const anomaly = anomalous ? planAnomaly(shopper, look, today, pencil) : undefined;
  if (mail !== 'none' || arm !== 'none') note(shopper, `u:${shopper.userId}`);
  if (buys || anomaly?.kind === 'bulk_order') shopper.purchaseDays.push(today.day);
  shopper.firstEventDay = Math.min(shopper.firstEventDay, today.day);
  return { mail, arm, visits, anomaly };
}

function drawMail(opened: boolean, random: Random): DayPlan['mail'] {
  if (!opened) return 'delivered';
  return random.uniform() < 0.2 ? 'clicked' : 'opened';
}

function unsubscribesOn(today: CalendarDay, shopper: Shopper): boolean {
  if (!today.mailing || today.mailing.campaign || shopper.unsubscribed) return false;
  shopper.unsubscribed = today.day >= shopper.subscribedUntil;
  return shopper.unsubscribed;
}

function armOn(today: CalendarDay, shopper: Shopper, settings: ShopSettings): DayPlan['arm'] {
  const campaign = today.campaign;
  if (!campaign || campaign.firstDay !== today.day || !isSubscribed(shopper, today.day)) return 'none';
  return isTreated(shopper, campaign, settings) ? 'treatment' : 'control';
}

function planVisits(
  shopper: Shopper,
  state: number,
  buys: boolean,
  fromEmail: boolean,
  today: CalendarDay,
  pencil: Pencil,
): Visit[] {
  const { random } = pencil;
  const visits: Visit[] = [];
  const again = (state === COMPARING || state === READY) && random.uniform() < 0.1;
  if (again) visits.push(planVisit(shopper, ownDevice(shopper, random), state, false, today, pencil));
  const isFirst = today.day === shopper.arrivalDay && !again;
  const device = isFirst || fromEmail ? ownDevice(shopper, random) : placeToGo(shopper, buys, random);
  visits.push(planVisit(shopper, device, state, buys, today, pencil));
  visits[0].fromEmail = fromEmail;
  return visits;
}

/** Tills and marketplaces see purchases more often than looks. */
function placeToGo(shopper: Shopper, buys: boolean, random: Random): Device {
  const elsewhere = shopper.devices.find((device) => !isOwnDevice(device.kind));
  if (!elsewhere || !shopper.signedUp) return ownDevice(shopper, random);
  const share = elsewhere.kind === 'marketplace' ? (buys ? 0.45 : 0.15) : buys ? 0.25 : 0;
  return random.uniform() < share ? elsewhere : ownDevice(shopper, random);
}

/** The first device is the favourite. */
function ownDevice(shopper: Shopper, random: Random): Device {
  let count = 0;
  for (const device of shopper.devices) if (isOwnDevice(device.kind)) count++;
  return shopper.devices[random.uniform() < 0.6 ? 0 : random.int(count)];
}

function planVisit(
  shopper: Shopper,
  device: Device,
  state: number,
  buys: boolean,
  today: CalendarDay,
  pencil: Pencil,
): Visit {
  const base = { device, accountId: '', state, buys, fromEmail: false };
  if (!isOwnDevice(device.kind)) {
    const userId = device.kind === 'marketplace' ? shopper.marketplaceUserId : shopper.userId;
    note(shopper, `u:${userId}`);
    const identity = device.introduced || device.kind === 'store' ? 'none' : 'introduce';
    device.introduced = true;
    return { ...base, anonymousId: '', userId, identity };
  }
  const { random, settings } = pencil;
  const isWeb = !isApp(device.kind);
  if (device.anonymousId === '' || (isWeb && random.uniform() < settings.cookieClearRate)) {
    forget(shopper, device, pencil.secret);
  }
  note(shopper, `a:${device.anonymousId}`);
  const userId = device.loggedInAs ?? '';
  const identity = changeIdentity(shopper, device, buys, today, pencil);
  if (device.loggedInAs) note(shopper, `u:${device.loggedInAs}`);
  const visit = { ...base, anonymousId: device.anonymousId, userId, identity, accountId: device.loggedInAs ?? '' };
  if (isWeb && random.uniform() < 0.12) device.loggedInAs = undefined;
  return visit;
}

/** A fresh anonymous id; a login of days before the history survives the first one. */
function forget(shopper: Shopper, device: Device, secret: number): void {
  if (device.anonymousId !== '') device.loggedInAs = undefined;
  device.anonymousId = uuidOf(secret, shopper.number, shopper.cookies++);
  device.introduced = false;
}

function changeIdentity(
  shopper: Shopper,
  device: Device,
  buys: boolean,
  today: CalendarDay,
  { random, settings }: Pencil,
): Visit['identity'] {
  if (device.loggedInAs) {
    const identity = device.introduced ? 'none' : 'introduce';
    device.introduced = true;
    return identity;
  }
  if (shopper.userId === '') return buys && random.uniform() < 0.7 ? 'guest-email' : 'none';
  const mustSignUp = today.day === shopper.arrivalDay && shopper.subscribedFrom === today.day;
  const probability = buys ? settings.loginRate + (1 - settings.loginRate) * 0.6 : settings.loginRate;
  if (!mustSignUp && random.uniform() >= probability) return 'none';
  const identity = shopper.signedUp ? 'sign-in' : 'sign-up';
  shopper.signedUp = true;
  device.loggedInAs = shopper.userId;
  device.introduced = true;
  return identity;
}

/** Fraud comes from a device of its own, a broken checkout happens on the shopper's. */
function planAnomaly(
  shopper: Shopper,
  state: number,
  today: CalendarDay,
  pencil: Pencil,
): { kind: AnomalyKind; visit: Visit } {
  const { random, secret } = pencil;
  const luck = random.uniform();
  if (luck >= bulkOrderShare + (1 - bulkOrderShare) / 2) {
    const visit = planVisit(shopper, ownDevice(shopper, random), state, false, today, pencil);
    return { kind: 'broken_checkout', visit };
  }
  const anonymousId = uuidOf(secret, shopper.number, shopper.cookies++);
  const userId = shopper.signedUp ? shopper.userId : '';
  note(shopper, `a:${anonymousId}`);
  if (userId !== '') note(shopper, `u:${userId}`);
  const buys = luck < bulkOrderShare;
  const device: Device = { ...ownDevice(shopper, random), anonymousId, loggedInAs: userId, introduced: true };
  return {
    kind: buys ? 'bulk_order' : 'card_testing',
    visit: { device, anonymousId, userId, identity: 'none', accountId: userId, state, buys, fromEmail: false },
  };
}

function note(shopper: Shopper, anchor: string): void {
  if (!shopper.anchors.includes(anchor)) shopper.anchors.push(anchor);
}
