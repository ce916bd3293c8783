// An alert: a state of things that somebody should know of, looked for again and again. It says its name, one sentence,
// what may be set, and how to look; everything else — keeping it, telling it, ending it — is the same for all.

import type { Static, TObject } from 'typebox';
import type { Store } from '../store/index.ts';

export type Finding = {
  /** What is the matter, with the number. */
  message: string;
  /** What to do about it. */
  hint: string;
  /** Since when it is so. */
  since: Date;
};

export type Alert<Settings extends TObject = TObject> = {
  name: string;
  /** When it is raised. */
  sentence: string;
  settings: Settings;
  /** undefined when all is well. */
  look(store: Store, question: Question<Static<Settings>>): Promise<Finding | undefined>;
};

export type Question<Settings> = { workspace: string; settings: Settings; now: Date };

/** Keeps the type of the settings where an alert is written. */
export function alert<Settings extends TObject>(definition: Alert<Settings>): Alert {
  return definition as unknown as Alert;
}
