// What a script element starts: <script async src="https://in.shop.example/sdk.js" data-key="wk_…"></script>. The
// address is where the script came from. Calls made before it arrived wait in window.inkling, an array of
// ['track', 'Signed Up']; afterwards it is the SDK itself, whose push makes a call.

import { createInkling, type Inkling } from './inkling.ts';

export type { Consent } from './consent.ts';
export type { Hooks, Person } from './hooks.ts';
export { createInkling, type Inkling, type Settings } from './inkling.ts';
export type { Loss } from './message.ts';

type Command = [keyof Inkling, ...unknown[]];

const script = document.currentScript as HTMLScriptElement | null;
const key = script?.dataset.key;
if (script && key) start(script, key);

function start({ src, dataset }: HTMLScriptElement, key: string): void {
  const page = window as { inkling?: unknown };
  const waiting = (Array.isArray(page.inkling) ? page.inkling : []) as Command[];
  const inkling = createInkling({
    key,
    address: dataset.address ?? new URL(src).origin,
    autocapture: dataset.autocapture !== 'off',
    // With data-consent="ask" nothing is collected until the visitor has agreed.
    consent: dataset.consent === 'ask' ? { analytics: false, personalisation: false, marketing: false } : undefined,
  });
  const push = ([name, ...values]: Command) => {
    try {
      return (inkling[name] as (...values: unknown[]) => unknown)(...values);
    } catch {
      // A name that is none, in a page that is not ours to break.
    }
  };
  page.inkling = Object.assign(inkling, { push });
  waiting.forEach(push);
}
