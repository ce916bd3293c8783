// How deeply they engage with content: scrolling, videos, forms, downloads, links, reviews.

import { on } from '../filter.ts';
import { atMost, count, highest, plus, ratio, sum, times } from '../measure.ts';
import { amount, counted, known, percent, plain, type Signal, type SignalFamily } from '../signal.ts';

const family: SignalFamily = { group: 'Content engagement', category: 'ENGAGEMENT', source: 'WEBSITE' };
const link = on('internal_link_click', 'external_link_click');
const form = on('form_start', 'form_submit');
const paged = on('page_view', 'screen_view', 'time_on_page');

export const contentSignals: Signal[] = [
  ...counted(family, 'links_clicked', link, { verb: 'clicked', one: 'link', many: 'links' }, [7, 30]),
  ...counted(
    family,
    'videos',
    on('video_play', 'video_complete'),
    { verb: 'played', one: 'video', many: 'videos' },
    [30],
  ),
  ...counted(family, 'forms', form, { verb: 'worked on', one: 'form', many: 'forms' }, [30]),
  ...counted(family, 'downloads', on('download'), { verb: 'downloaded', one: 'file', many: 'files' }, [30]),
  ...counted(
    family,
    'wishlist_adds',
    on('add_to_wishlist'),
    { verb: 'put', one: 'product', many: 'products', place: ' on the wish list' },
    [30],
  ),
  {
    ...family,
    name: 'scroll_depth_30d',
    sentence: 'How far down they scroll, on average over the last 30 days.',
    windowDays: 30,
    unit: 'ratio',
    measure: ratio(sum('scroll_depth', on('scroll'), 30), count(on('scroll'), 30)),
    phrase: known('scrolled nothing in the last 30 days', (v) => `scrolls down to ${plain(v)} % of a page on average`),
  },
  {
    ...family,
    name: 'deepest_scroll_7d',
    sentence: 'The deepest scroll in the last 7 days.',
    windowDays: 7,
    unit: 'ratio',
    measure: highest('scroll_depth', on('scroll'), 7),
    phrase: known(
      'scrolled nothing in the last 7 days',
      (v) => `scrolled down to ${plain(v)} % of a page in the last 7 days`,
    ),
  },
  {
    ...family,
    name: 'seconds_per_page_30d',
    sentence: 'Seconds on a page, on average over the pages of the last 30 days that report it.',
    windowDays: 30,
    unit: 'score',
    measure: ratio(sum('seconds_on_page', paged, 30), count(paged, 30)),
    phrase: known('saw no page in the last 30 days', (v) =>
      v < 1 ? 'stays less than a second on a page' : `stays ${amount(v, 'second', 'seconds')} on a page`,
    ),
  },
  {
    ...family,
    name: 'engagement_score_7d',
    sentence: 'Clicks × 2 + scrolls + videos × 5 + forms sent × 10 in the last 7 days, at most 100.',
    windowDays: 7,
    unit: 'score',
    measure: atMost(
      plus(
        plus(times(count(link, 7), 2), count(on('scroll'), 7)),
        plus(times(count(on('video_play'), 7), 5), times(count(on('form_submit'), 7), 10)),
      ),
      100,
    ),
    phrase: (v) => `has an engagement score of ${plain(v)} out of 100 for the last 7 days`,
  },
  {
    ...family,
    name: 'review_rating',
    sentence: 'Mean rating of the reviews they wrote.',
    windowDays: null,
    unit: 'score',
    measure: ratio(sum('rating', on('review')), count(on('review'))),
    phrase: known('wrote no review', (v) => `gives an average rating of ${plain(v)} in reviews`),
  },
  {
    ...family,
    name: 'video_completion',
    sentence: 'Share of the videos they started that they watched to the end.',
    windowDays: null,
    unit: 'ratio',
    measure: ratio(count(on('video_complete')), count(on('video_play'))),
    phrase: known('started no video', (v) => `watches ${percent(v)} of the videos to the end`),
  },
];
