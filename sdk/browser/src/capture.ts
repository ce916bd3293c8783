// What is captured by itself: pages (also of single-page apps), clicks, scroll depth, time on a page, form start and
// submit, videos, downloads, leaving. Never what somebody types. Nothing within an element that carries
// data-inkling-ignore. The names are those of the event catalogue.

import { pageOf } from './message.ts';

export type Capture = {
  page(): void;
  track(event: string, properties: Record<string, unknown>, options?: { context: Record<string, unknown> }): void;
};

const STEPS = [25, 50, 75, 100];
const file = /\.(pdf|zip|gz|docx?|xlsx?|pptx?|csv|txt|epub|dmg|exe|apk|mp3|mp4)$/i;

/** Returns what ends it. */
export function startCapture({ page, track }: Capture): () => void {
  const ends: (() => void)[] = [];
  const on = (target: EventTarget, names: string, listener: (event: Event) => void) => {
    const safe = (event: Event) => {
      try {
        listener(event);
      } catch {
        // A page is never broken by what watches it.
      }
    };
    for (const name of names.split(' ')) {
      target.addEventListener(name, safe, { capture: true, passive: true });
      ends.push(() => target.removeEventListener(name, safe, true));
    }
  };
  ends.push(watchPages({ page, track }, on));
  on(document, 'click', ({ target }) => click(target, track));
  const forms = new WeakSet<object>();
  on(document, 'focusin', ({ target }) => {
    const { form } = target as HTMLInputElement;
    if (!form || forms.has(form) || ignored(form)) return;
    forms.add(form);
    track('Form Started', formOf(form));
  });
  on(document, 'submit', ({ target }) => {
    if (!ignored(target)) track('Form Submitted', formOf(target as HTMLFormElement));
  });
  const videos = new WeakMap<object, string>();
  on(document, 'play ended', ({ target, type }) => {
    if (!(target instanceof HTMLVideoElement) || ignored(target)) return;
    const { currentSrc, duration, title } = target;
    if (type === 'play' && videos.get(target) === currentSrc) return;
    videos.set(target, currentSrc);
    const video = { url: currentSrc.split('?')[0], title, total_length: Math.round(duration) || undefined };
    track(`Video Playback ${type === 'play' ? 'Started' : 'Completed'}`, video);
  });
  return () => {
    for (const end of ends) end();
  };
}

type On = (target: EventTarget, names: string, listener: (event: Event) => void) => void;

/** Follows one page after the other: how far it was scrolled and how long it was looked at. */
function watchPages({ page, track }: Capture, on: On): () => void {
  let here = pageOf();
  let depth = 0;
  let looked = 0;
  let visibleSince = 0;
  let open = false;
  // The address may already be the next page's when something is said about this one.
  const tell = (event: string, properties: Record<string, unknown>) =>
    track(event, properties, { context: { page: here } });
  const pause = () => {
    if (visibleSince) looked += performance.now() - visibleSince;
    visibleSince = 0;
    const seconds = Math.round(looked / 1000);
    looked = 0;
    if (seconds > 0) tell('Time Spent On Page', { seconds_on_page: seconds });
  };
  const resume = () => {
    if (document.visibilityState === 'visible') visibleSince ||= performance.now();
  };
  const exit = () => {
    if (!open) return;
    open = false;
    pause();
    tell('Page Exited', { scroll_depth: depth });
  };
  const enter = () => {
    exit();
    open = true;
    here = pageOf();
    depth = 0;
    resume();
    page();
  };
  const scrolled = () => {
    const { scrollHeight, clientHeight } = document.documentElement;
    if (scrollHeight <= clientHeight) return;
    const now = Math.min(100, Math.ceil((100 * (scrollY + clientHeight)) / scrollHeight));
    for (const step of STEPS) if (depth < step && now >= step) tell('Scroll Depth Reached', { scroll_depth: step });
    depth = Math.max(depth, now);
  };
  on(window, 'scroll', scrolled);
  on(document, 'visibilitychange', () => {
    if (document.visibilityState === 'visible') resume();
    else pause();
  });
  on(window, 'pagehide', exit);
  on(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) enter();
  });
  const unwatch = watchAddress(enter, on);
  enter();
  return unwatch;
}

/** Single-page apps change the address without a new page; their title follows a moment later. */
function watchAddress(changed: () => void, on: On): () => void {
  const address = () => location.pathname + location.search;
  let before = address();
  const look = () =>
    setTimeout(() => {
      if (address() === before) return;
      before = address();
      changed();
    });
  on(window, 'popstate', look);
  const { pushState, replaceState } = history;
  const wrap = (original: typeof pushState) =>
    function (this: History, ...values: Parameters<typeof pushState>) {
      original.apply(this, values);
      look();
    };
  history.pushState = wrap(pushState);
  history.replaceState = wrap(replaceState);
  return () => Object.assign(history, { pushState, replaceState });
}

function click(target: EventTarget | null, track: Capture['track']): void {
  const element = (target as Element).closest('a,button,[role=button],input[type=submit],[data-inkling]') as
    | (HTMLElement & Partial<HTMLAnchorElement>)
    | null;
  if (!element || ignored(element)) return;
  const { id, tagName, textContent, href, hostname, pathname = '', download } = element;
  const what = { id: id || undefined, text: textContent?.trim().slice(0, 80), element: tagName.toLowerCase() };
  if (typeof href !== 'string' || !/^https?:/.test(href)) {
    track('Element Clicked', what);
    return;
  }
  const url = href.split(/[?#]/)[0];
  const name = pathname.split('/').pop();
  if (element.hasAttribute('download') || file.test(pathname)) {
    track('File Downloaded', { ...what, url, file_name: download || name });
    return;
  }
  track(hostname === location.hostname ? 'Link Clicked' : 'External Link Clicked', { ...what, url });
}

function formOf(form: HTMLFormElement): Record<string, unknown> {
  const named = (name: string) => form.getAttribute(name) ?? undefined;
  return { form_id: named('id'), form_name: named('name') };
}

function ignored(target: EventTarget | null): boolean {
  return !(target instanceof Element) || target.closest('[data-inkling-ignore]') !== null;
}
