// A row of the table `scores`, in one place for the scoring that writes it and the reading that shows it.

import type { Level } from './score.ts';

/** As JSON carries it: 64-bit numbers as text, moments as the engine writes them, an unknown value as 'nan'. */
export type ScoreRow = {
  workspace: string;
  model_id: string;
  model_version: number;
  as_of: string;
  profile: string;
  score: number;
  /** 0 to 1. */
  probability: number;
  segment: Level;
  /** 0 to 1. */
  confidence: number;
  /** A day; null = more than a year away. */
  predicted_conversion_date: string | null;
  /** '' = none known. */
  category: string;
  /** The signals that moved the score most, their contributions in log-odds and their values, in the same order. */
  signals: string[];
  contributions: (number | string)[];
  signal_values: (number | string)[];
  scored_at: string;
};
