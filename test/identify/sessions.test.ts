// Visits live and in history are cut by one rule and described by the same columns: random streams, with late and
// repeated blocks, several devices and merges, give the same visits in memory as in the table, whether that was drawn
// bit by bit or at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EventRow } from '../../src/collect/index.ts';
import { createWorkspace } from '../../src/govern/index.ts';
import {
  changeSessionSettings,
  followBlock,
  type LiveSessions,
  openLiveSessions,
  readSession,
  refreshPeople,
  resolveAll,
  type Session,
} from '../../src/identify/index.ts';
import { nodeOf } from '../../src/identify/node.ts';
import { openTestStore } from '../support/store.ts';
import { row } from './streams.ts';

const store = await openTestStore();
const { facts } = store;
const now = new Date(Date.UTC(2024, 5, 1));
const begin = Date.UTC(2024, 4, 10, 20);
const minute = 60_000;
let workspaces = 0;

const event = fc.record({
  minutes: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(30, 31, 200)),
  device: fc.constantFrom('phone', 'laptop', 'tablet'),
  user: fc.constantFrom('', '', '', 'anna', 'ben'),
  name: fc.constantFrom(
    'page_view',
    'page_view',
    'scroll',
    'add_to_cart',
    'purchase',
    'signup',
    'email_opened',
    'click',
  ),
  path: fc.constantFrom('/', '/a', '/b', ''),
  session: fc.constantFrom('', 'one', 'two', 'three'),
  campaign: fc.constantFrom('', '', '', 'spring', 'autumn'),
  click: fc.constantFrom('', '', '', 'gclid=x'),
  seconds: fc.constantFrom(0, 0, 3.3, 17),
  revenue: fc.constantFrom(10, 20.5),
  currency: fc.constantFrom('', 'EUR', 'USD'),
  bot: fc.constantFrom(0, 0, 0, 1),
  hosted: fc.constantFrom(0, 1),
  /** Arrives so many events later than it happened. */
  late: fc.constantFrom(0, 0, 0, 0, 5),
});
const settings = fc.record({
  timeoutMinutes: fc.constantFrom(10, 30),
  sdkIds: fc.boolean(),
  newOnCampaign: fc.boolean(),
  midnight: fc.boolean(),
});

test('visits in memory are those of the table, live and after everything is resolved [CBP-2]', async () => {
  const streams = fc.record({ events: fc.array(event, { minLength: 5, maxLength: 45 }), settings });
  await fc.assert(
    fc.asyncProperty(streams, async ({ events, settings }) => {
      const workspace = `w${workspaces++}`;
      await createWorkspace(store, { id: workspace, name: 'Shop', timeZone: 'Europe/Berlin', now });
      await changeSessionSettings(store, workspace, settings, now);
      const live = openLiveSessions(store, { workspace });
      const rows = arrivals(workspace, events);
      const size = Math.ceil(rows.length / 3);
      for (let from = 0; from < rows.length; from += size) {
        const block = rows.slice(from, from + size);
        await facts.insert('events', block);
        live.shipped(block);
        const { moved } = await followBlock(store, workspace, block, { now });
        live.moved(moved);
        await refreshPeople(
          store,
          workspace,
          block.map(({ anchor }) => nodeOf(anchor)),
          now,
        );
        // As after a crash between the facts and the journal.
        live.shipped(block);
        await compare(workspace, live, momentIn(block), settings.timeoutMinutes);
      }
      const followed = await table(workspace);
      await resolveAll(store, { workspace, now });
      live.resolved();
      const end = momentIn(rows);
      await compare(workspace, live, end, settings.timeoutMinutes);
      // A process that starts now finds the same in the facts.
      await compare(workspace, openLiveSessions(store, { workspace }), end, settings.timeoutMinutes);
      // Late evidence is put in its place by resolving; where there was none, following gave all of it.
      if (rows.every(({ user_id }) => user_id === '')) assert.deepEqual(followed, await table(workspace));
    }),
    { numRuns: 6, seed: 11, endOnFailure: true },
  );
});

async function compare(workspace: string, live: LiveSessions, end: Date, timeoutMinutes: number): Promise<void> {
  const since = end.getTime() - timeoutMinutes * minute;
  const last = new Map<string, Session>();
  for (const session of await table(workspace)) last.set(session.profile, session);
  const expected = [...last.values()].filter(({ endAt }) => endAt.getTime() >= since);
  const order = (a: Session, b: Session) => (a.id < b.id ? -1 : 1);
  assert.deepEqual((await live.active(end)).toSorted(order), expected.toSorted(order));
}

async function table(workspace: string): Promise<Session[]> {
  const rows = await facts.rows<Record<string, unknown>>(
    'SELECT * FROM sessions FINAL WHERE workspace = {workspace:String} ORDER BY profile, start_time, session_id',
    { workspace },
  );
  return rows.map(readSession);
}

function momentIn(rows: readonly EventRow[]): Date {
  return new Date(Math.max(...rows.map(({ at }) => Date.parse(`${at.replace(' ', 'T')}Z`))));
}

type Made = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** In the order of arrival. */
function arrivals(workspace: string, events: readonly Made[]): EventRow[] {
  let at = begin;
  return events
    .map((made, i) => {
      at += made.minutes * minute;
      const fields = {
        ...{ anonymous_id: made.device, user_id: made.user, event: made.name, page_path: made.path },
        ...{ session_id: made.session, campaign: made.campaign, click_id: made.click, currency: made.currency },
        ...{ medium: made.campaign && 'cpc', traffic_source: made.campaign && 'google', term: '', content: '' },
        ...{ seconds_on_page: made.seconds, scroll_depth: made.name === 'scroll' ? 33.3 : 0, referrer: '' },
        ...{
          revenue: made.name === 'purchase' ? made.revenue : 0,
          bot: made.bot,
          hosted: made.hosted,
          platform: 'web',
          os: '',
        },
        ...{ device_type: made.device, browser: '', country: '' },
      };
      return { arrives: i + made.late, row: row(workspace, at, fields) as unknown as EventRow };
    })
    .sort((a, b) => a.arrives - b.arrives)
    .map(({ row }) => row);
}
