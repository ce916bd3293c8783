// Drives the browser SDK in a page of a foreign site as a script says (contract.ts). Its calls say in options what the
// others say in one message.

import type { BrowserContext } from 'playwright-core';
import type { Driver, Outcome, Script } from './contract.ts';
import type { Site } from './site.ts';

/** `prepare` changes the page before the SDK runs, for instance to take an interface of the browser away. */
export function driveBrowser(
  site: () => Site,
  sdk: () => string,
  prepare: (context: BrowserContext) => Promise<void> = async () => {},
): Driver {
  return async (script) => {
    const context = await site().browser.newContext();
    try {
      await prepare(context);
      const page = await context.newPage();
      await page.goto(site().origin);
      await page.addScriptTag({ content: sdk() });
      return await page.evaluate(play, script);
    } finally {
      await context.close();
    }
  };
}

/** Runs in the page. */
async function play({ settings, calls, callsAfter }: Script): Promise<Outcome> {
  type Fields = Record<string, unknown>;
  type Sdk = Record<string, (...values: unknown[]) => unknown>;
  const { onErrorThrows, exitTimeoutMs, ...rest } = settings;
  const outcome: Outcome = { reported: [], thrown: [], closedMs: 0 };
  const page = globalThis as unknown as EventTarget & { InklingSdk: { createInkling(settings: object): Sdk } };
  page.addEventListener('error', (event) => outcome.thrown.push(String(event)));
  page.addEventListener('unhandledrejection', (event) => outcome.thrown.push(String(event)));
  const onError = ({ messages, ...loss }: { reason: string; messages: unknown[] }) => {
    outcome.reported.push({ ...loss, messages: messages.length });
    if (onErrorThrows) throw new Error('the callback fails');
  };
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const inkling = page.InklingSdk.createInkling({ ...given, onError, autocapture: false });
  const make = ({ call, message }: { call: string; message: Fields }) => {
    const { event, name, properties, traits, groupId, previousId, userId, ...options } = message;
    const forms: Record<string, unknown[]> = {
      track: [event, properties, { ...options, userId }],
      page: [name, properties, { ...options, userId }],
      screen: [name, properties, { ...options, userId }],
      group: [groupId, traits, { ...options, userId }],
      identify: [userId, traits, options],
      alias: [userId, previousId, options],
    };
    try {
      inkling[call](...forms[call]);
    } catch (error) {
      outcome.thrown.push(String(error));
    }
  };
  calls.forEach(make);
  if (callsAfter.length > 0) await inkling.flush();
  callsAfter.forEach(make);
  const startedMs = performance.now();
  await inkling.flush(exitTimeoutMs);
  inkling.close();
  outcome.closedMs = performance.now() - startedMs;
  return outcome;
}
