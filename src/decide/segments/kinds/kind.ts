// A kind of condition describes itself: its JSON, what its evaluation needs, how it is asked of everybody in SQL and of one
// person in memory, when time alone may change the answer, and how it reads in English. The language, its published
// schema, both executors and the grammar are drawn from these definitions.

import type { TObject } from 'typebox';
import type { Signal } from '../../../features/index.ts';
import type { RowReader } from '../fields.ts';
import type { Words } from '../words/words.ts';
import type { Zone } from '../zone.ts';

export type AnyCondition = { kind: string };

export type Kind<C extends AnyCondition = AnyCondition> = {
  kind: C['kind'];
  /** One sentence on what it asks. */
  sentence: string;
  schema: TObject;
  /** Refuses what the schema can't, naming the field under `at`; gives the condition as it is kept. */
  check?(condition: C, at: string): C;
  compile(condition: C, how: Compiling): Leaf;
  /** As part of "people who …": "bought at least 3 times in the last 30 days". */
  say(condition: C): string;
  /** Reads what `say` writes and common ways to say it; undefined = this is about something else. */
  hear?(words: Words): C | undefined;
};

export type Compiling = {
  zone: Zone;
  /** Events that the live side has to keep for each person; equal wishes share a list. */
  list(wish: ListWish): number;
  /** The model of an id, or the active one; undefined = there is none. */
  model(id: string | undefined): ScoredModel | undefined;
  /** A signal by name. */
  signal(name: string): Signal;
};

export type ScoredModel = {
  id: string;
  /** Moments (epoch ms) at which everybody was scored, ascending. */
  scorings: readonly number[];
};

/** Which events of a person are kept, and what of each. */
export type ListWish = {
  /** Equal keys mean the same list. */
  key: string;
  /** Canonical names; undefined = any event. */
  events: readonly string[] | undefined;
  /** Columns of `events` that `keeps` and `value` read, without the name and the moment. */
  columns: readonly string[];
  keeps(reader: RowReader): boolean;
  /** What is remembered of an event besides its moment; undefined = it is not kept. */
  value?(reader: RowReader): unknown;
  /** What is this much older than the moment is not needed. */
  reachMs: number;
};

/** Kept events of a person, in order of time. */
export type EventList = { times: readonly number[]; values: readonly unknown[] };

/** One person as conditions see them. */
export interface PersonNow {
  readonly profile: bigint;
  list(index: number): EventList;
  /** Later traits win over earlier ones, key by key. */
  traits(): unknown;
  readonly summary: Summary;
  /** Of the model's scoring at that moment; undefined = not scored then. */
  score(model: string, scoring: number): PersonScore | undefined;
  signal(signal: Signal, at: number): number;
  /** Put in or left out of a segment by hand. */
  byHand(segment: string): ByHand | undefined;
  allows(category: string): boolean;
}

/** What the profile says in brief; moments in epoch ms, NaN = none. */
export type Summary = {
  firstSeen: number;
  lastSeen: number;
  country: string;
  deviceType: string;
  platforms: readonly string[];
  events: number;
  purchases: number;
};

export type PersonScore = { score: number; probability: number; confidence: number; level: string };
export type ByHand = { verdict: 'include' | 'exclude'; confidence: number };

/** What somebody has to be known by for the answer. */
export type Needs = {
  traits?: boolean;
  summary?: boolean;
  scores?: { model: string; scorings: readonly number[] };
  signal?: Signal;
  byHand?: string;
  consent?: string;
};

/** Where the SQL of a condition reads; `truth` is a condition on one row per person. */
export type Reading =
  /**
   * Aggregates over the events of these names; `truth` hands each aggregate in and gets its alias. `among` tells its
   * events from others that are read with them.
   */
  | {
      from: 'events';
      events: readonly string[] | undefined;
      columns: readonly string[];
      /** Events before this are not needed, epoch ms. */
      since: number;
      truth(aggregate: (sql: string) => string, among?: string): string;
    }
  /** Steps in order of time: what chain.ts folds out of the moments at which each happened. */
  | {
      from: 'steps';
      steps: readonly StepReading[];
      since: number;
      fold(bits: readonly number[], moments: string): string;
      truth: StepsTruth;
    }
  /** Columns of `profiles`. */
  | { from: 'profiles'; columns: readonly string[]; truth: string }
  | { from: 'signals'; signal: Signal; truth(value: string): string }
  /** Any SELECT with a `profile`, one row each; equal ones are read once. */
  | { from: 'rows'; sql: string; truth: string }
  /** Who allows a category: `allowed` is the column. */
  | { from: 'consent'; category: string; truth: string }
  /** The id of the profile alone. */
  | { from: 'id'; truth: string };

/** An event that is a step, as a condition on a row of `events`, its window included. */
export type StepReading = { events: readonly string[] | undefined; columns: readonly string[]; sql: string };
/** A condition on a folded chain and its moments. */
export type StepsTruth = (bits: readonly number[], chain: string, moments: string) => string;

/** A condition that knows its zone, its models and its lists. */
export type Leaf = {
  needs: Needs;
  /** Lists that change the answer. */
  lists: readonly number[];
  /** As of a moment, of which a condition sees what came before. */
  reading(at: number): Reading;
  evaluate(person: PersonNow, at: number): boolean;
  /** The next moment after `at` as of which time alone may give another answer; Infinity = never. */
  next(person: PersonNow, at: number): number;
};
