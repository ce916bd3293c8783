// E-mail addresses in a normal form, so that one mailbox is one identifier however it is written: lower case, IDN
// domains in ASCII, and by the rules that the large providers document, without what they ignore themselves. The plain
// form (trimmed, lower case) is what ad platforms and most senders hash.

import { domainToASCII } from 'node:url';

export type Address = {
  /** What identifies the mailbox. */
  canonical: string;
  /** Trimmed and in lower case. */
  plain: string;
};

const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]{2,}$/;
const LONGEST = 320;

/** undefined when the text is no address. */
export function readAddress(text: string): Address | undefined {
  if (text.length < 5 || text.length > LONGEST || !text.includes('@')) return undefined;
  const plain = text
    .normalize('NFC')
    .trim()
    .replace(/^mailto:/i, '')
    .replace(/^<(.*)>$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
  if (!EMAIL.test(plain)) return undefined;
  const at = plain.lastIndexOf('@');
  const domain = domainToASCII(plain.slice(at + 1));
  if (domain === '') return undefined;
  return { plain, canonical: canonicalOf(plain.slice(0, at), domain) };
}

type Provider = {
  domains: RegExp;
  /** The domain that stands for all of them, where they lead to one mailbox. */
  domain?: string;
  /** What begins a tag. */
  tag?: RegExp;
  /** Characters that the provider ignores in the part before the @. */
  ignores?: RegExp;
};

// Each by its provider's own help pages: Gmail ignores dots; Proton dots, hyphens and underscores; Yandex takes hyphens
// for dots; Yahoo marks disposable addresses by a hyphen; the others know only tags behind a plus.
const providers: readonly Provider[] = [
  { domains: /^(gmail|googlemail)\.com$/, domain: 'gmail.com', tag: /\+/, ignores: /\./g },
  { domains: /^(proton\.me|protonmail\.(com|ch)|pm\.me)$/, domain: 'proton.me', tag: /\+/, ignores: /[._-]/g },
  { domains: /^(icloud|me|mac)\.com$/, domain: 'icloud.com', tag: /\+/ },
  { domains: /^(ya\.ru|yandex\.(ru|com|by|kz|ua|com\.tr))$/, domain: 'yandex.ru', tag: /\+/ },
  { domains: /^(ymail\.com|rocketmail\.com|yahoo\.(com|co|[a-z]{2})(\.[a-z]{2})?)$/, tag: /[-+]/ },
  { domains: /^(outlook|hotmail|live|msn|passport)\.[a-z]{2,3}(\.[a-z]{2})?$/, tag: /\+/ },
  {
    domains:
      /^(fastmail\.(com|fm)|zoho(mail)?\.(com|eu|in)|mailbox\.org|posteo\.(de|net)|hey\.com|tuta(nota)?\.(com|de|io))$/,
    tag: /\+/,
  },
];

function canonicalOf(local: string, domain: string): string {
  // Fastmail delivers anything@name.fastmail.com to name@fastmail.com.
  const sub = /^([a-z0-9-]+)\.(fastmail\.(?:com|fm))$/.exec(domain);
  if (sub) return `${sub[1]}@${sub[2]}`;
  const provider = providers.find(({ domains }) => domains.test(domain));
  if (provider === undefined) return `${local}@${domain}`;
  let name = provider.tag ? local.split(provider.tag)[0] : local;
  if (provider.ignores) name = name.replace(provider.ignores, '');
  if (provider.domain === 'yandex.ru') name = name.replaceAll('.', '-');
  return `${name || local}@${provider.domain ?? domain}`;
}
