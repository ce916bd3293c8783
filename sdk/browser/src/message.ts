// A message of Segment's wire format, with what a page knows: where it is, where the visitor came from, the device.

export type Fields = Record<string, unknown>;

/** What a call may say beside its own; `messageId` and `timestamp` are made where they are absent. */
export type Options = {
  userId?: string;
  anonymousId?: string;
  messageId?: string;
  timestamp?: Date | string;
  context?: Fields;
  integrations?: Fields;
};

/** What will not arrive, and why: ../../contract/README.md. */
export type Loss = { reason: string; status?: number; detail?: string; messages: unknown[] };

const library = { name: 'inkling-browser', version: '0.1.0' };

export function newId(): string {
  // randomUUID exists on secure pages only.
  return (
    crypto.randomUUID?.() ??
    '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
      (+digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+digit / 4)))).toString(16),
    )
  );
}

/** JSON text; throws when a value cannot be written. */
export function write(fields: Fields, { context, ...options }: Options, consent: Fields): string {
  const said = JSON.parse(JSON.stringify({ ...fields, ...options, context }));
  return JSON.stringify({
    messageId: newId(),
    timestamp: new Date().toISOString(),
    ...said,
    context: { ...surroundings(), consent: { categoryPreferences: consent }, ...said.context, library },
  });
}

export function pageOf(): { url: string; path: string; search: string; title: string; referrer: string } {
  const { href, pathname, search } = location;
  return { url: href, path: pathname, search, title: document.title, referrer: document.referrer };
}

function surroundings(): Fields {
  const { width, height } = screen;
  return {
    page: pageOf(),
    campaign: campaign(),
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width, height },
  };
}

function campaign(): Fields | undefined {
  const found: Fields = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    if (name.startsWith('utm_')) found[name === 'utm_campaign' ? 'name' : name.slice(4)] = value;
  });
  return Object.keys(found).length > 0 ? found : undefined;
}
