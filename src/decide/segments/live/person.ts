// One person as conditions see them live: of their events only what the active rules look at, in order of time, and what
// else the rules need to know. Fed by what arrives; a merge or another rule makes them anew (loading.ts).

import {
  type HistoryEvent,
  openHistory,
  type Products,
  type Signal,
  type Surroundings,
} from '../../../features/index.ts';
import type { SessionRule } from '../../../identify/index.ts';
import type { Program } from '../compile.ts';
import type { RowReader } from '../fields.ts';
import type { ByHand, EventList, PersonNow, PersonScore, Summary } from '../kinds/kind.ts';
import { placeOf } from '../window.ts';

/** What everybody shares; all but the program may be replaced by what is newer. */
export type Context = {
  readonly program: Program;
  allows(category: string, identifiers: ReadonlySet<string>): boolean;
  products: Products;
  surroundings: Surroundings;
  sessionRule: SessionRule;
};

/** What was found of a person. */
export type Found = {
  profile: bigint;
  nodes: readonly bigint[];
  bot: boolean;
  /** Numbers of the segments they are in as the facts have it, ascending, and how often that has changed. */
  segments: readonly number[];
  revision: number;
};

type KeptEvents = { times: number[]; ids: number[]; values: unknown[] };
type Told = { at: number; traits: string };

export class LivePerson implements PersonNow {
  readonly profile: bigint;
  readonly nodes: readonly bigint[];
  readonly bot: boolean;
  segments: readonly number[];
  revision: number;
  /** What each leaf said when it was last asked; 2 = never. */
  readonly values: Uint8Array;
  /** The next moment as of which time alone may give another answer. */
  due = Infinity;
  /** Rows received by then may have been in what was loaded, or not; −Infinity = it is sure. */
  loadedAt = -Infinity;
  readonly summary: { -readonly [K in keyof Summary]: Summary[K] } = {
    ...{ firstSeen: Number.NaN, lastSeen: Number.NaN, country: '', deviceType: '', platforms: [] },
    ...{ events: 0, purchases: 0 },
  };
  readonly scores = new Map<string, PersonScore>();
  readonly listed = new Map<string, ByHand>();
  readonly identifiers = new Set<string>();
  readonly history: HistoryEvent[] = [];
  private readonly context: Context;
  private readonly lists: (KeptEvents | undefined)[] = [];
  private readonly told: Told[] = [];
  private merged: unknown;
  private countryAt = -Infinity;
  private deviceAt = -Infinity;
  private opened: { at: number; history: ReturnType<typeof openHistory> } | undefined;

  constructor(context: Context, { profile, nodes, bot, segments, revision }: Found) {
    this.context = context;
    this.profile = profile;
    this.nodes = nodes;
    this.bot = bot;
    this.segments = segments;
    this.revision = revision;
    this.values = new Uint8Array(context.program.leaves.length).fill(2);
  }

  list(index: number): EventList {
    return this.lists[index] ?? noEvents;
  }

  traits(): unknown {
    if (this.merged === undefined) {
      this.told.sort((a, b) => a.at - b.at || (a.traits < b.traits ? -1 : a.traits > b.traits ? 1 : 0));
      this.merged = this.told.reduce<unknown>((all, { traits }) => mergePatch(all, parsed(traits)), {});
    }
    return this.merged;
  }

  score(model: string, scoring: number): PersonScore | undefined {
    return this.scores.get(`${model} ${scoring}`);
  }

  signal(signal: Signal, at: number): number {
    if (this.opened?.at !== at) {
      const { products, sessionRule, surroundings } = this.context;
      this.opened = { at, history: openHistory(this.history, at, products, sessionRule, surroundings) };
    }
    // Nothing is computed of whom nothing was heard before the moment.
    return this.opened.history.events.length === 0 ? Number.NaN : signal.measure.evaluate(this.opened.history);
  }

  byHand(segment: string): ByHand | undefined {
    return this.listed.get(segment);
  }

  allows(category: string): boolean {
    return this.context.allows(category, this.identifiers);
  }

  /** Keeps an event where the list wants it; whether it did. `id` tells two events of one moment apart. */
  keep(index: number, reader: RowReader, at: number, id: number): boolean {
    const wish = this.context.program.lists[index];
    if (!wish.keeps(reader)) return false;
    const value = wish.value?.(reader);
    if (wish.value && value === undefined) return false;
    this.lists[index] ??= { times: [], ids: [], values: [] };
    const { times, ids, values } = this.lists[index];
    let place = times.length;
    if (place > 0 && times[place - 1] >= at) place = placeOf(times, at);
    for (let same = place; times[same] === at; same++) if (ids[same] === id) return false;
    while (times[place] === at) place++;
    if (place === times.length) {
      times.push(at);
      ids.push(id);
      values.push(value);
    } else {
      times.splice(place, 0, at);
      ids.splice(place, 0, id);
      values.splice(place, 0, value);
    }
    return true;
  }

  /** What the profile says in brief, from one event or the summary of several. */
  sumUp(more: SummaryPart): void {
    const { summary } = this;
    summary.firstSeen = Number.isNaN(summary.firstSeen) ? more.firstSeen : Math.min(summary.firstSeen, more.firstSeen);
    summary.lastSeen = Number.isNaN(summary.lastSeen) ? more.lastSeen : Math.max(summary.lastSeen, more.lastSeen);
    summary.events += more.events;
    summary.purchases += more.purchases;
    if (more.country !== '' && more.countryAt >= this.countryAt) {
      summary.country = more.country;
      this.countryAt = more.countryAt;
    }
    if (more.device !== '' && more.deviceAt >= this.deviceAt) {
      summary.deviceType = more.device;
      this.deviceAt = more.deviceAt;
    }
    const news = more.platforms.filter((platform) => platform !== '' && !summary.platforms.includes(platform));
    if (news.length > 0) summary.platforms = [...summary.platforms, ...news].sort();
  }

  tell(at: number, traits: string): void {
    this.told.push({ at, traits });
    this.merged = undefined;
  }

  /** An event of the history that signals are computed from, in order of time. */
  remember(event: HistoryEvent): void {
    const { history } = this;
    let place = history.length;
    while (place > 0 && history[place - 1].at > event.at) place--;
    history.splice(place, 0, event);
    this.opened = undefined;
  }

  /** The same person without some events, by their ids: how they were before these came. */
  without(ids: ReadonlySet<number>): PersonNow {
    const lists = new Map<number, EventList>();
    return Object.create(this, {
      list: {
        value: (index: number): EventList => {
          const known = lists.get(index) ?? omit(this.lists[index], ids);
          lists.set(index, known);
          return known;
        },
      },
    }) as PersonNow;
  }
}

export type SummaryPart = {
  firstSeen: number;
  lastSeen: number;
  country: string;
  countryAt: number;
  device: string;
  deviceAt: number;
  platforms: readonly string[];
  events: number;
  purchases: number;
};

/** 32 bits of a message id (FNV-1a), which with the moment tell events apart. */
export function shortId(messageId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < messageId.length; i++) hash = Math.imul(hash ^ messageId.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const noEvents: EventList = { times: [], values: [] };

function omit(list: KeptEvents | undefined, ids: ReadonlySet<number>): EventList {
  if (list === undefined) return noEvents;
  if (!list.ids.some((id) => ids.has(id))) return list;
  const kept = list.ids.flatMap((id, i) => (ids.has(id) ? [] : [i]));
  return { times: kept.map((i) => list.times[i]), values: kept.map((i) => list.values[i]) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/** JSON Merge Patch (RFC 7396), as the profiles are drawn by the engine's jsonMergePatch. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
