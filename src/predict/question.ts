// What a question about people is: its name, one sentence, its settings as a schema, and the outcome that answers it.
// A question is one file in questions/ and one line in questions/index.ts; training, scoring, HTTP and CLI walk that.

import type { TSchema } from 'typebox';

/** What has to happen, and within how many days, for the answer to be yes. */
export type Outcome = {
  /** Canonical name of the event. */
  event: string;
  timeframeDays: number;
  /** Only an event with a product of this category counts. */
  category?: string;
};

export type Question<Settings = object> = {
  /** As it stands in `models.question`. */
  readonly name: string;
  readonly sentence: string;
  /** Schema of `Settings` with defaults. */
  readonly settings: TSchema;
  outcome(settings: Settings): Outcome;
  /** The verb for sentences: somebody will probably "buy", 71 of 100 "bought". */
  wording(settings: Settings): { infinitive: string; past: string };
  /** Signals of which the naive rule takes the better one: how long ago, smaller is better. */
  readonly recencySignals: readonly string[];
};
