// E-mails as the mail system reports them, and the arm of a coupon test as the experiment platform reports it. Event
// names: Segment's e-mail and A/B testing specs.
import type { CalendarDay } from './calendar.ts';
import { siteUrl } from './catalogue.ts';
import { backOffice, mailSystem } from './devices.ts';
import type { DayPlan } from './diary.ts';
import type { Shopper } from './population.ts';
import type { Stage } from './session.ts';

const hourMs = 3_600_000;

/** Writes the day's mail to one shopper; returns when (milliseconds of the day) a link was clicked, if one was. */
export function playMail(stage: Stage, shopper: Shopper, plan: DayPlan, today: CalendarDay): number | undefined {
  const { random, outbox } = stage;
  const sender = { anonymousId: '', userId: shopper.userId, context: mailSystem };
  if (plan.arm !== 'none' && today.campaign) {
    outbox.track(4 * hourMs, { ...sender, context: backOffice }, 'Experiment Viewed', {
      experiment_id: today.campaign.name,
      experiment_name: 'coupon',
      variation_id: plan.arm,
      variation_name: plan.arm,
    });
  }
  if (plan.mail === 'none' || !today.mailing) return undefined;
  const { name, subject } = today.mailing;
  const letter = { email_id: name, email_subject: subject, campaign_id: name, campaign_name: name };
  const deliveredAt = (5 + 2 * random.uniform()) * hourMs;
  outbox.track(deliveredAt, sender, 'Email Delivered', letter);
  if (plan.mail === 'delivered') return undefined;
  const openedAt = Math.min(deliveredAt + random.exponential(1 / 3) * hourMs, 20 * hourMs);
  outbox.track(openedAt, sender, 'Email Opened', letter);
  if (plan.mail === 'unsubscribed') outbox.track(openedAt + 20_000, sender, 'Unsubscribed', letter);
  if (plan.mail !== 'clicked') return undefined;
  const clickedAt = openedAt + 5000 + random.exponential(1 / 20_000);
  outbox.track(clickedAt, sender, 'Email Link Clicked', { ...letter, link_url: `${siteUrl}/` });
  return clickedAt;
}
