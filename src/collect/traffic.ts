// Where a visit came from: the campaign the SDK read, else the campaign in the link, else the click id of an ad, else
// the site that referred. A referrer on the same host is a step within the site and tells nothing. The click id of an
// ad is kept beside any of them, so that a sale can be told to the network that it belongs to.

import { remembered } from '../store/index.ts';

export type Traffic = {
  source: string;
  medium: string;
  campaign: string;
  term: string;
  content: string;
  /** Name and value as they stood in the link, such as `gclid=Cj0KCQ`. */
  clickId: string;
};

const none: Traffic = { source: '', medium: '', campaign: '', term: '', content: '', clickId: '' };

/** By the name of the click id: whose ad it was, and the medium where nothing else says. */
const adClicks: ReadonlyMap<string, { source: string; medium: string }> = new Map([
  ['gclid', { source: 'google', medium: 'cpc' }],
  ['gbraid', { source: 'google', medium: 'cpc' }],
  ['wbraid', { source: 'google', medium: 'cpc' }],
  ['dclid', { source: 'google', medium: 'display' }],
  ['msclkid', { source: 'bing', medium: 'cpc' }],
  ['fbclid', { source: 'facebook', medium: 'social' }],
  ['ttclid', { source: 'tiktok', medium: 'cpc' }],
  ['twclid', { source: 'twitter', medium: 'cpc' }],
  ['li_fat_id', { source: 'linkedin', medium: 'cpc' }],
  ['rdt_cid', { source: 'reddit', medium: 'cpc' }],
  ['epik', { source: 'pinterest', medium: 'cpc' }],
  ['yclid', { source: 'yandex', medium: 'cpc' }],
]);
const clickIn = new RegExp(`[?&](${[...adClicks.keys()].join('|')})=([^&#]{1,200})`);
const searchSites = /(?:^|\.)(google|bing|duckduckgo|yahoo|baidu|yandex|ecosia|startpage|naver)\.[a-z.]+$/;
const socialSites =
  /(?:^|\.)(facebook|instagram|linkedin|pinterest|tiktok|reddit|youtube|twitter|snapchat|threads)\.[a-z.]+$|^(?:t\.co|x\.com|lnkd\.in|l\.facebook\.com)$/;

export function readTraffic(campaign: Record<string, unknown> | undefined, url: string, referrer: string): Traffic {
  const query = url.indexOf('?');
  const click = query >= 0 ? clickIn.exec(url) : null;
  const clickId = click ? `${click[1]}=${click[2]}` : '';
  const named = (campaign && readCampaign(campaign)) ?? (query >= 0 ? readUtm(url, query) : undefined);
  if (named) return clickId ? { ...named, clickId } : named;
  if (click) return { ...none, ...adClicks.get(click[1]), clickId };
  if (referrer === '') return none;
  const host = hostOf(referrer);
  return host === '' || host === hostOf(url) ? none : readReferrer(host);
}

function readCampaign(campaign: Record<string, unknown>): Traffic | undefined {
  const source = word(campaign['source']);
  const name = word(campaign['name']) || word(campaign['campaign']);
  if (!source && !name) return undefined;
  const [medium, term, content] = [campaign['medium'], campaign['term'], campaign['content']].map(word);
  return { source, medium, campaign: name, term, content, clickId: '' };
}

function readUtm(url: string, query: number): Traffic | undefined {
  if (!url.includes('utm_', query)) return undefined;
  const params = new URLSearchParams(url.slice(query + 1).split('#')[0]);
  const [source, medium, campaign, term, content] = utm.map((name) => word(params.get(name)));
  return { source, medium, campaign, term, content, clickId: '' };
}

const utm = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'];

const readReferrer = remembered<Traffic>(5000, (host) => {
  const search = searchSites.exec(host)?.[1];
  const social = socialSites.exec(host);
  return search
    ? { ...none, source: search, medium: 'organic' }
    : social
      ? { ...none, source: social[1] ?? networkOf(host), medium: 'social' }
      : { ...none, source: host, medium: 'referral' };
});

/** Of the short hosts that links on a network go through. */
function networkOf(host: string): string {
  return host === 't.co' || host === 'x.com' ? 'twitter' : 'linkedin';
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
