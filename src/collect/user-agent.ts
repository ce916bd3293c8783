// Device, browser and system from a user-agent string: ordered marks, first hit wins, every string read once. Coarse
// on purpose, a few dozen distinct values, because signals want "mobile" and "Safari", not build numbers.

import { remembered } from '../store/index.ts';
import { isCrawler } from './crawlers.ts';

export type UserAgent = { device: string; browser: string; os: string; bot: 0 | 1 };

const browsers: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b|\bOPiOS\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/\bYaBrowser\//, 'Yandex'],
  [/\bUC ?Browser\/|\bUCWEB/, 'UC Browser'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bFBA[NV]\b|\bFB_IAB\b/, 'Facebook'],
  [/\bInstagram\b/, 'Instagram'],
  [/\bCriOS\/|\bChrome\/|\bChromium\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
  [/\bAppleWebKit\/.*\bMobile\//, 'Safari'],
  [/\bMSIE \d|\bTrident\//, 'Internet Explorer'],
];

const systems: readonly [RegExp, string][] = [
  [/\bWindows Phone\b/, 'Windows Phone'],
  [/\biPad\b|\biPhone\b|\biPod\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];

const TABLET =
  /\biPad\b|\bTablet\b|\bKindle\b|\bSilk\/|\bPlayBook\b|\bNexus (?:7|9|10)\b|\bSM-T\d|\bAndroid\b(?!.*\bMobile\b)/;
const PHONE = /\bMobi|\biPhone\b|\biPod\b|\bAndroid\b|\bWindows Phone\b|\bBlackBerry\b|\bOpera Mini\b/;
const TELEVISION = /\bSmart-?TV\b|\bSMART-TV\b|\bAppleTV\b|\bBRAVIA\b|\bGoogleTV\b|\bHbbTV\b|\bAFT[A-Z]/;

const unknown: UserAgent = { device: '', browser: '', os: '', bot: 0 };
const read = remembered<UserAgent>(10_000, (text) => parse(text.slice(0, 1000)));

/** What the string tells; empty texts where it tells nothing. */
export function readUserAgent(text: string): UserAgent {
  return text === '' ? unknown : read(text);
}

function parse(text: string): UserAgent {
  const bot = isCrawler(text) ? 1 : 0;
  const os = firstOf(systems, text);
  return { device: deviceOf(text, os), browser: firstOf(browsers, text), os, bot };
}

function deviceOf(text: string, os: string): string {
  if (TELEVISION.test(text)) return 'tv';
  if (TABLET.test(text)) return 'tablet';
  if (PHONE.test(text)) return 'mobile';
  return os ? 'desktop' : '';
}

function firstOf(marks: readonly [RegExp, string][], text: string): string {
  return marks.find(([mark]) => mark.test(text))?.[1] ?? '';
}
