// Where a visit came from: the campaign the SDK read, else the campaign in the link, else the click id of an ad, else
// the site that referred. A referrer on the same host is a step within the site and tells nothing.

export type Traffic = { source: string; medium: string; campaign: string };

const none: Traffic = { source: '', medium: '', campaign: '' };

const adClicks: readonly [mark: string, source: string][] = [
  ['gclid=', 'google'],
  ['msclkid=', 'bing'],
  ['fbclid=', 'facebook'],
  ['ttclid=', 'tiktok'],
];
const searchSites = /(?:^|\.)(google|bing|duckduckgo|yahoo|baidu|yandex|ecosia|startpage|naver)\.[a-z.]+$/;
const socialSites =
  /(?:^|\.)(facebook|instagram|linkedin|pinterest|tiktok|reddit|youtube|twitter|snapchat|threads)\.[a-z.]+$|^(?:t\.co|x\.com|lnkd\.in|l\.facebook\.com)$/;

export function readTraffic(campaign: Record<string, unknown> | undefined, url: string, referrer: string): Traffic {
  if (campaign) {
    const source = word(campaign['source']);
    const name = word(campaign['name']) || word(campaign['campaign']);
    if (source || name) return { source, medium: word(campaign['medium']), campaign: name };
  }
  const query = url.indexOf('?');
  if (query >= 0) {
    if (url.includes('utm_', query)) return readUtm(url.slice(query + 1));
    for (const [mark, source] of adClicks) {
      if (url.includes(mark, query)) return { source, medium: source === 'facebook' ? 'social' : 'cpc', campaign: '' };
    }
  }
  if (referrer === '') return none;
  const host = hostOf(referrer);
  return host === '' || host === hostOf(url) ? none : readReferrer(host);
}

function readUtm(query: string): Traffic {
  const params = new URLSearchParams(query);
  const of = (name: string) => word(params.get(name));
  return { source: of('utm_source'), medium: of('utm_medium'), campaign: of('utm_campaign') };
}

const referrers = new Map<string, Traffic>();
const REFERRERS_LIMIT = 5000;

function readReferrer(host: string): Traffic {
  const before = referrers.get(host);
  if (before) return before;
  const search = searchSites.exec(host)?.[1];
  const social = socialSites.exec(host);
  const traffic = search
    ? { source: search, medium: 'organic', campaign: '' }
    : social
      ? {
          source: social[1] ?? (host === 't.co' || host === 'x.com' ? 'twitter' : 'linkedin'),
          medium: 'social',
          campaign: '',
        }
      : { source: host, medium: 'referral', campaign: '' };
  if (referrers.size >= REFERRERS_LIMIT) referrers.clear();
  referrers.set(host, traffic);
  return traffic;
}

/** Host of an absolute address without `www.`; '' for a relative one. */
export function hostOf(url: string): string {
  const start = url.indexOf('://');
  if (start < 0) return '';
  let end = start + 3;
  while (end < url.length && !'/?#:'.includes(url[end])) end++;
  const host = url.slice(start + 3, end).toLowerCase();
  return host.startsWith('www.') ? host.slice(4) : host;
}

/** Path of an address, with a leading slash and without query; '' for an empty one. */
export function pathOf(url: string): string {
  if (url === '') return '';
  const scheme = url.indexOf('://');
  const start = scheme < 0 ? 0 : url.indexOf('/', scheme + 3);
  if (start < 0) return '/';
  let end = start;
  while (end < url.length && url[end] !== '?' && url[end] !== '#') end++;
  return url.slice(start, end) || '/';
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed().slice(0, 200) : '';
}
