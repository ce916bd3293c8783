// What shoppers (and bots) hold in their hands: user agents, screens and the SDK that speaks for them.
import type { Random } from '../math/index.ts';

export type DeviceKind = 'desktop' | 'mobile' | 'tablet' | 'ios' | 'android' | 'store' | 'marketplace';

/** The part of a message's context that belongs to the machine; frozen, shared by all who own one. */
export type DeviceModel = Readonly<{
  userAgent?: string;
  library: Readonly<{ name: string; version: string }>;
  device?: Readonly<{ type: string; model?: string; manufacturer?: string }>;
  os?: Readonly<{ name: string; version: string }>;
  screen?: Readonly<{ width: number; height: number; density: number }>;
  app?: Readonly<{ name: string; version: string; build: string }>;
  /** Where no browser or app speaks: the system whose server does. Not part of Segment's spec, allowed by it. */
  platform?: string;
}>;

const webLibrary = Object.freeze({ name: 'analytics.js', version: '2.11.1' });
const serverLibrary = Object.freeze({ name: 'analytics-node', version: '2.2.0' });

/** Sender context of e-mail, CRM and service-desk systems. */
export const mailSystem: DeviceModel = Object.freeze({ library: serverLibrary, platform: 'email' });
export const backOffice: DeviceModel = Object.freeze({ library: serverLibrary, platform: 'server' });

const models: Record<DeviceKind, readonly DeviceModel[]> = {
  desktop: [
    browser('Windows NT 10.0; Win64; x64', chrome('126.0.0.0'), 'desktop', 'Windows', '10', 1920, 1080, 1),
    browser(
      'Windows NT 10.0; Win64; x64',
      `${chrome('126.0.0.0')} Edg/126.0.0.0`,
      'desktop',
      'Windows',
      '10',
      1536,
      864,
      1.25,
    ),
    browser('Macintosh; Intel Mac OS X 10_15_7', safari('17.5', ''), 'desktop', 'Mac OS X', '10.15.7', 1512, 982, 2),
    browser('Macintosh; Intel Mac OS X 10_15_7', chrome('125.0.0.0'), 'desktop', 'Mac OS X', '10.15.7', 1728, 1117, 2),
    browser('X11; Linux x86_64; rv:127.0', 'Gecko/20100101 Firefox/127.0', 'desktop', 'Linux', '', 1920, 1200, 1),
  ],
  mobile: [
    browser(
      'iPhone; CPU iPhone OS 17_5 like Mac OS X',
      safari('17.5', 'Mobile/15E148 '),
      'mobile',
      'iOS',
      '17.5',
      393,
      852,
      3,
    ),
    browser(
      'iPhone; CPU iPhone OS 16_6 like Mac OS X',
      safari('16.6', 'Mobile/15E148 '),
      'mobile',
      'iOS',
      '16.6',
      375,
      812,
      3,
    ),
    browser('Linux; Android 14; Pixel 8', chrome('126.0.6478.71', 'Mobile '), 'mobile', 'Android', '14', 412, 915, 2.6),
    browser('Linux; Android 13; SM-S911B', chrome('125.0.6422.165', 'Mobile '), 'mobile', 'Android', '13', 360, 780, 3),
  ],
  tablet: [
    browser('iPad; CPU OS 17_5 like Mac OS X', safari('17.5', 'Mobile/15E148 '), 'tablet', 'iOS', '17.5', 820, 1180, 2),
    browser('Linux; Android 13; SM-X710', chrome('126.0.6478.71'), 'tablet', 'Android', '13', 800, 1280, 2),
  ],
  ios: [
    app('ios', 'iPhone15,2', 'Apple', 'iOS', '17.5', 393, 852),
    app('ios', 'iPhone13,2', 'Apple', 'iOS', '16.6', 390, 844),
  ],
  android: [
    app('android', 'Pixel 8', 'Google', 'Android', '14', 412, 915),
    app('android', 'SM-S911B', 'Samsung', 'Android', '13', 360, 780),
  ],
  store: [Object.freeze({ library: serverLibrary, platform: 'store' })],
  marketplace: [Object.freeze({ library: serverLibrary, platform: 'marketplace' })],
};

/** Crawlers that say who they are; strings as their operators document them. */
export const crawlerModels: readonly DeviceModel[] = [
  crawler('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'),
  crawler('Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)'),
  crawler('Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)'),
  crawler('Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)'),
];

/** Scrapers: one names its headless browser, the other pretends to be anybody. */
export const scraperModels: readonly DeviceModel[] = [
  browser(
    'X11; Linux x86_64',
    chrome('124.0.0.0').replace('Chrome', 'HeadlessChrome'),
    'desktop',
    'Linux',
    '',
    800,
    600,
    1,
  ),
  models.desktop[0],
];

export function drawModel(kind: DeviceKind, random: Random): DeviceModel {
  return models[kind][random.int(models[kind].length)];
}

/** Whether visitors browse with it, rather than a till or a marketplace reporting them. */
export function isOwnDevice(kind: DeviceKind): boolean {
  return kind !== 'store' && kind !== 'marketplace';
}

export function isApp(kind: DeviceKind): boolean {
  return kind === 'ios' || kind === 'android';
}

function chrome(version: string, mobile = ''): string {
  return `AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} ${mobile}Safari/537.36`;
}

function safari(version: string, mobile: string): string {
  return `AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} ${mobile}Safari/605.1.15`;
}

function browser(
  system: string,
  engine: string,
  type: string,
  osName: string,
  osVersion: string,
  width: number,
  height: number,
  density: number,
): DeviceModel {
  return Object.freeze({
    userAgent: `Mozilla/5.0 (${system}) ${engine}`,
    library: webLibrary,
    device: Object.freeze({ type }),
    os: Object.freeze({ name: osName, version: osVersion }),
    screen: Object.freeze({ width, height, density }),
  });
}

function app(
  type: string,
  model: string,
  manufacturer: string,
  osName: string,
  osVersion: string,
  width: number,
  height: number,
): DeviceModel {
  return Object.freeze({
    userAgent:
      type === 'ios'
        ? `Shop/5 CFNetwork/1494.0.7 Darwin/23.4.0`
        : `Dalvik/2.1.0 (Linux; U; Android ${osVersion}; ${model})`,
    library: Object.freeze({ name: `analytics-${type === 'ios' ? 'swift' : 'kotlin'}`, version: '1.7.3' }),
    device: Object.freeze({ type, model, manufacturer }),
    os: Object.freeze({ name: osName, version: osVersion }),
    screen: Object.freeze({ width, height, density: 3 }),
    app: Object.freeze({ name: 'Shop', version: '5.4.0', build: '5400' }),
  });
}

function crawler(userAgent: string): DeviceModel {
  return Object.freeze({ ...models.desktop[4], userAgent });
}
