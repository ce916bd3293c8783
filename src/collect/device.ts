// On what somebody was: the platform and the kind of device, from what the message says outright, the SDK, the context,
// or the browser's own header. Tills and marketplaces speak through server libraries, so they must say what they are.

import { categoryOf } from './catalogue.ts';
import { type Fields, fieldsOf, shortText, textOf } from './fields.ts';
import type { UserAgent } from './user-agent.ts';

/** Only a browser's header describes the visitor; a library's describes the sender. */
export function browserHeader(header: string | undefined): string {
  return header?.startsWith('Mozilla/') ? header : '';
}

/** Where things happen. A message says so itself in `context.platform`, where its SDK cannot tell. */
export const platforms = ['web', 'ios', 'android', 'mobile', 'server', 'email', 'store', 'pos', 'marketplace'] as const;

const known = new Set<string>(platforms);
const libraries = new Map<string, string>();

export function platformOf(
  message: { type: string; channel?: string },
  event: string,
  context: Fields,
  library: string,
  agent: UserAgent,
): string {
  if (categoryOf(event) === 'email') return 'email';
  const said = textOf(context['platform']).toLowerCase();
  if (known.has(said)) return said;
  const byLibrary = library === '' ? '' : platformOfLibrary(library);
  if (byLibrary !== '' && !(byLibrary === 'server' && agent.browser !== '')) return byLibrary;
  const system = textOf(fieldsOf(context['os'])['name']) || textOf(fieldsOf(context['device'])['type']);
  if (system !== '') {
    const lower = system.toLowerCase();
    if (lower === 'android') return 'android';
    if (lower === 'ios' || lower === 'ipados') return 'ios';
  }
  if (message.channel === 'browser' || message.channel === 'web') return 'web';
  if (message.channel === 'server') return 'server';
  if (message.channel === 'mobile' || message.type === 'screen') return 'mobile';
  return message.type === 'page' || agent.browser !== '' ? 'web' : '';
}

function platformOfLibrary(library: string): string {
  const before = libraries.get(library);
  if (before !== undefined) return before;
  const platform = /android|kotlin/i.test(library)
    ? 'android'
    : /ios|swift|cocoa/i.test(library)
      ? 'ios'
      : /node|python|java\b|ruby|php|golang|-go\b|\.net|rust|server|http/i.test(library)
        ? 'server'
        : /react-native|flutter/i.test(library)
          ? ''
          : /js|next|browser|web|javascript/i.test(library)
            ? 'web'
            : '';
  if (libraries.size >= 1000) libraries.clear();
  libraries.set(library, platform);
  return platform;
}

export function deviceOf(device: Fields): string {
  const type = shortText(device['type']).toLowerCase();
  if (type === 'ios' || type === 'android')
    return /ipad|tablet/i.test(shortText(device['model'])) ? 'tablet' : 'mobile';
  return type;
}
