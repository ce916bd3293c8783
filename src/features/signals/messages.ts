// How they answer to mail and to ads, what they share, and what they ask support.

import { on } from '../filter.ts';
import { count, daysSinceLast, flag, ratio } from '../measure.ts';
import { counted, daysAgo, known, often, percent, type Signal, type SignalFamily } from '../signal.ts';

const email: SignalFamily = { group: 'E-mail', category: 'ENGAGEMENT', source: 'EMAIL' };
const social: SignalFamily = { group: 'Social', category: 'EXTERNAL', source: 'ADS' };
const support: SignalFamily = { group: 'Context', category: 'ENGAGEMENT', source: 'CRM' };
const share = on('social_share', 'social_engagement');

export const messageSignals: Signal[] = [
  ...counted(
    email,
    'emails_received',
    on('email_delivered'),
    { verb: 'received', one: 'e-mail', many: 'e-mails' },
    [30],
  ),
  ...counted(
    email,
    'emails_opened',
    on('email_opened'),
    { verb: 'opened', one: 'e-mail', many: 'e-mails' },
    [7, 30, 90],
  ),
  ...counted(
    email,
    'emails_clicked',
    on('email_clicked'),
    { verb: 'clicked in', one: 'e-mail', many: 'e-mails' },
    [7, 30, 90],
  ),
  {
    ...email,
    name: 'email_open_rate_90d',
    sentence: 'Share of the e-mails of the last 90 days that they opened.',
    windowDays: 90,
    unit: 'ratio',
    measure: ratio(count(on('email_opened'), 90), count(on('email_delivered'), 90)),
    phrase: known(
      'received no e-mail in the last 90 days',
      (v) => `opened ${percent(v)} of the e-mails of the last 90 days`,
    ),
  },
  {
    ...email,
    name: 'email_click_rate_90d',
    sentence: 'Clicks per e-mail received in the last 90 days.',
    windowDays: 90,
    unit: 'ratio',
    measure: ratio(count(on('email_clicked'), 90), count(on('email_delivered'), 90)),
    phrase: known('received no e-mail in the last 90 days', (v) =>
      v <= 1
        ? `clicked in ${percent(v)} of the e-mails of the last 90 days`
        : `clicked ${often(v)} per e-mail of the last 90 days`,
    ),
  },
  {
    ...email,
    name: 'days_since_email_click',
    sentence: 'Days since they last clicked in an e-mail.',
    windowDays: null,
    unit: 'days',
    measure: daysSinceLast(on('email_clicked')),
    phrase: known('never clicked in an e-mail', (v) => `last clicked in an e-mail ${daysAgo(v)}`),
  },
  {
    ...email,
    name: 'unsubscribed',
    sentence: 'Whether they ever unsubscribed from e-mails.',
    windowDays: null,
    unit: 'flag',
    measure: flag(count(on('email_unsubscribed'))),
    phrase: (v) => (v > 0 ? 'unsubscribed from e-mails' : 'never unsubscribed from e-mails'),
  },
  ...counted(social, 'social_actions', share, { verb: 'took', one: 'social action', many: 'social actions' }, [30, 90]),
  ...counted(social, 'ad_clicks', on('ad_click'), { verb: 'clicked', one: 'ad', many: 'ads' }, [7, 30]),
  ...counted(
    support,
    'support_contacts',
    on('call', 'support_ticket'),
    { verb: 'made', one: 'request to support', many: 'requests to support' },
    [30],
  ),
];
