// What a visit is: a person's events on the site, in the app or in the shop with no gap of more than 30 minutes (the
// usual rule of web analytics). What others do to a person, such as a mail being delivered, is no part of a visit.

export const SESSION_GAP_MS = 30 * 60 * 1000;

/** Events that reach a person, or reach us about a person, outside a visit. */
export const outsideVisits: readonly string[] = [
  'email_delivered',
  'email_bounced',
  'email_opened',
  'email_clicked',
  'email_marked_as_spam',
  'email_unsubscribed',
  'social_engagement',
  'call',
  'support_ticket',
  'experiment_viewed',
  'refund',
  'identify',
  'group',
  'alias',
];

/** What a visit is for; a purchase goes before the others. */
export const conversionEvents: readonly string[] = ['purchase', 'subscription', 'signup'];
