// Each dial of the truth does what it says, so that tests of lift, fairness, linkage and anomalies can lean on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop, type SegmentMessage, type ShopSettings } from '../../src/simulate/index.ts';
import { addDays, DAY_MS, startOfDay } from '../../src/time.ts';

const end = new Date('2025-07-01T00:00:00Z');
const open = (settings: Partial<ShopSettings> = {}) => openShop({ shoppers: 2500, days: 120, end, ...settings });
const anchorOf = (message: SegmentMessage) => (message.userId ? `u:${message.userId}` : `a:${message.anonymousId}`);
const truthOf = (settings: Partial<ShopSettings>, timeframeDays = 14) => [
  ...open(settings).truthAt(addDays(end, -30), timeframeDays),
];
const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanTruth = (settings: Partial<ShopSettings>) =>
  meanOf(truthOf(settings).flatMap(({ bot, probability }) => (bot ? [] : [probability])));

test('bots come in the share asked for, and never buy', () => {
  const shop = open({ botShare: 0.1 });
  const truth = [...shop.truthAt(end, 1)];
  const bots = truth.filter((visitor) => visitor.bot);
  assert.ok(Math.abs(bots.length / 2500 - 0.1 / 0.9) < 0.005, `${bots.length}`);
  assert.ok(bots.every((bot) => bot.probability === 0 && bot.known && bot.anchors.length > 0));
  const theirs = new Set(bots.flatMap((bot) => bot.anchors));
  const agents = new Set<string>();
  const events = new Set<string>();
  for (const message of shop.events()) {
    if (!theirs.has(anchorOf(message))) continue;
    agents.add(message.context['userAgent'] as string);
    events.add(message.event ?? message.type);
  }
  assert.deepEqual([...events].sort(), ['Product Added', 'Product Viewed', 'page']);
  const declared = [...agents].filter((agent) => /bot|headless/i.test(agent));
  assert.ok(declared.length >= 3 && declared.length < agents.size, 'some say what they are, some do not');
  assert.ok(!truthOf({ botShare: 0 }).some((visitor) => visitor.bot));
});

test('the coupon has the effect of its dial: none at 0, and a persuadability of each own', () => {
  const asOf = addDays(startOfDay(end), -60);
  const none = [...open({ treatmentEffect: 0, emailEffect: 0 }).upliftAt(asOf, 40)];
  assert.ok(none.length > 300);
  for (const { treated, control } of none) assert.ok(Math.abs(treated - control) < 1e-12);
  const strong = [...open({ treatmentEffect: 0.8 }).upliftAt(asOf, 40)].map(
    ({ treated, control }) => treated - control,
  );
  assert.ok(meanOf(strong) > 0.01, `${meanOf(strong)}`);
  assert.ok(strong.some((lift) => lift < -0.001) && strong.some((lift) => lift > 0.05));
});

test('a randomised coupon test in the messages shows the effect', () => {
  const buyers = { treatment: 0, control: 0 };
  const sizes = { treatment: 0, control: 0 };
  const arms = new Map<string, { arm: 'treatment' | 'control'; until: number }>();
  for (const message of open({ shoppers: 6000, treatmentEffect: 1.2 }).events()) {
    const { userId, event, properties, timestamp } = message;
    if (event === 'Experiment Viewed') {
      const arm = properties!['variation_id'] as 'treatment' | 'control';
      arms.set(userId!, { arm, until: Date.parse(timestamp) + 5 * DAY_MS });
      sizes[arm]++;
    } else if (event === 'Order Completed' && userId) {
      const test = arms.get(userId);
      if (!test || Date.parse(timestamp) > test.until) continue;
      buyers[test.arm]++;
      arms.delete(userId);
    }
  }
  const rate = { treatment: buyers.treatment / sizes.treatment, control: buyers.control / sizes.control };
  const pooled = (buyers.treatment + buyers.control) / (sizes.treatment + sizes.control);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / sizes.treatment + 1 / sizes.control));
  assert.ok(rate.treatment - rate.control > 4 * error, `${rate.treatment} ${rate.control} ± ${error}`);
  assert.ok(Math.abs(sizes.treatment / (sizes.treatment + sizes.control) - 0.5) < 0.03);
});

test('campaigns, impulse and bias move purchases the way they say', () => {
  assert.ok(meanTruth({ campaignEffect: 1 }) > meanTruth({ campaignEffect: 0 }) * 1.1);
  assert.ok(meanTruth({ noise: 1 }) > meanTruth({ noise: 0 }) * 1.05);
  assert.ok(meanTruth({ demographicBias: -1 }) < meanTruth({ demographicBias: 0 }) * 0.9);
});

test('the bias is against women only', () => {
  const byGender = (demographicBias: number) => {
    const shop = open({ demographicBias, shoppers: 4000 });
    const genders = new Map<string, string>();
    for (const message of shop.events()) {
      if (message.traits?.['gender']) genders.set(anchorOf(message), message.traits['gender'] as string);
    }
    const means: Record<string, number[]> = { female: [], male: [] };
    for (const { anchors, probability } of shop.truthAt(addDays(end, -30), 14)) {
      const gender = anchors.map((anchor) => genders.get(anchor)).find(Boolean);
      if (gender) means[gender]?.push(probability);
    }
    return meanOf(means['female']) / meanOf(means['male']);
  };
  assert.ok(byGender(-1) < 0.75);
  assert.ok(byGender(0) > 0.8 && byGender(0) < 1.25);
});

test('second accounts share the e-mail or the phone of the first, in the share asked for', () => {
  const accounts = (settings: Partial<ShopSettings>) => {
    const owners = new Map<string, Set<string>>();
    for (const { type, userId, traits } of open(settings).events()) {
      if (type !== 'identify' || !userId) continue;
      for (const key of [traits!['email'], traits!['phone']]) {
        if (typeof key !== 'string') continue;
        const normal = key.toLowerCase().replaceAll(' ', '');
        owners.set(normal, (owners.get(normal) ?? new Set()).add(userId));
      }
    }
    return [...owners.values()].filter((ids) => ids.size > 1);
  };
  const shared = accounts({ duplicateAccountShare: 0.5 });
  assert.ok(shared.length > 100, `${shared.length}`);
  assert.ok(shared.every((ids) => ids.size === 2 && [...ids].filter((id) => id.startsWith('mp-')).length === 1));
  assert.deepEqual(accounts({ duplicateAccountShare: 0 }), []);
});

test('e-mails, phones and user ids belong to one person each', () => {
  const shop = open({ shoppers: 4000 });
  const owner = new Map<string, number>();
  for (const { shopper, anchors } of shop.truthAt(end, 1)) for (const anchor of anchors) owner.set(anchor, shopper);
  const seen = new Map<string, number>();
  for (const message of shop.events()) {
    for (const key of [message.traits?.['email'], message.traits?.['phone']]) {
      if (typeof key !== 'string') continue;
      const normal = key.toLowerCase().replaceAll(' ', '');
      const person = owner.get(anchorOf(message))!;
      assert.equal(seen.get(normal) ?? person, person, normal);
      seen.set(normal, person);
    }
  }
  assert.ok(seen.size > 1000);
});

test('people have several devices and lose cookies, and a login ties them together', () => {
  const ids = (settings: Partial<ShopSettings>) => {
    const people = truthOf(settings).filter((visitor) => visitor.known && !visitor.bot);
    const count = (prefix: string) =>
      meanOf(people.map(({ anchors }) => anchors.filter((anchor) => anchor.startsWith(prefix)).length));
    return { anonymous: count('a:'), user: count('u:') };
  };
  const usual = ids({});
  assert.ok(usual.anonymous > 1.15, `${usual.anonymous}`);
  assert.ok(ids({ cookieClearRate: 0.5 }).anonymous > usual.anonymous * 1.5);
  assert.ok(ids({ loginRate: 0 }).user < usual.user);
  assert.equal(ids({ accountShare: 0 }).user, 0);
});

test('anomalies are in the messages where the truth says, and only then', () => {
  const shop = open({ anomalyShare: 0.3 });
  const anomalies = [...shop.anomalies()];
  assert.deepEqual([...new Set(anomalies.map(({ kind }) => kind))].sort(), [
    'broken_checkout',
    'bulk_order',
    'card_testing',
  ]);
  // 0.3 within 180 days is -ln(0.7) / 180 a day; people are there for 60 to 120 of the 120 days.
  assert.ok(anomalies.length > 0.1 * 2500 && anomalies.length < 0.3 * 2500, `${anomalies.length}`);
  const failures = new Map<string, number[]>();
  const bulk = new Map<string, number[]>();
  for (const message of shop.events()) {
    const lines = message.properties?.['products'] as { quantity: number }[] | undefined;
    const isBulk = message.event === 'Order Completed' && lines!.some(({ quantity }) => quantity > 2);
    const target = message.event === 'Checkout Failed' ? failures : isBulk ? bulk : undefined;
    if (!target) continue;
    target.set(anchorOf(message), [...(target.get(anchorOf(message)) ?? []), Date.parse(message.timestamp)]);
  }
  let found = 0;
  for (const { anchor, kind, from, to } of anomalies) {
    const times = (kind === 'bulk_order' ? bulk : failures).get(anchor) ?? [];
    const within = times.filter((time) => time >= Date.parse(from) && time <= Date.parse(to)).length;
    assert.ok(kind === 'bulk_order' ? within >= 1 : within >= 6, `${kind} ${anchor} ${from}`);
    found += within;
  }
  const total = [...failures.values(), ...bulk.values()].reduce((sum, times) => sum + times.length, 0);
  assert.equal(found, total);
  assert.deepEqual([...open({ anomalyShare: 0 }).anomalies()], []);
});

test('events grow in proportion to shoppers', () => {
  const count = (shoppers: number) => [...open({ shoppers }).events()].length;
  const ratio = count(4000) / count(1000);
  assert.ok(ratio > 3.6 && ratio < 4.4, `${ratio}`);
});

test('categories and currency are those asked for', () => {
  const seen = new Set<unknown>();
  const currencies = new Set<unknown>();
  for (const { event, properties } of open({
    shoppers: 200,
    categories: ['Tea', 'Kaffee & Kakao', '茶'],
    currency: 'SEK',
  }).events()) {
    if (event !== 'Product Viewed') continue;
    seen.add(properties!['category']);
    currencies.add(properties!['currency']);
  }
  assert.deepEqual([...seen].sort(), ['Kaffee & Kakao', 'Tea', '茶']);
  assert.deepEqual([...currencies], ['SEK']);
});
