// What is part of a visit: what a person does on the site, in the app or in the shop. What others do to a person, such
// as a mail being delivered, is none; and what a visit is for.

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

/** Views of a page or a screen, whose paths are the pages of a visit. */
export const pageEvents: readonly string[] = ['page_view', 'screen_view'];

/** Clicks of every kind. */
export const clicks: readonly string[] = ['internal_link_click', 'external_link_click', 'click'];

export function quoted(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(', ');
}
