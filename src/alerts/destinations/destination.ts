// Where an alert is told: what a destination gets, and what it answers.

import type { AlertSettings } from '../settings.ts';

export type News = {
  event: 'alert.raised' | 'alert.resolved';
  workspace: string;
  alert: string;
  message: string;
  hint: string;
  /** Since when things are so. */
  since: Date;
  at: Date;
};

export type Destination = {
  name: string;
  sentence: string;
  /** Whether the workspace wants it. */
  isWanted(settings: AlertSettings): boolean;
  /** Rejects when it could not be told; it is then tried again with the next look. */
  tell(news: News, settings: AlertSettings, log: (text: string) => void): Promise<void>;
};
