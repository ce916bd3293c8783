// Every signal, in the order of a default signal set. A new one is a line in a file here; a new file is a line below.

import type { Signal } from '../signal.ts';
import { affinitySignals } from './affinity.ts';
import { cartSignals } from './cart.ts';
import { contentSignals } from './content.ts';
import { contextSignals } from './context.ts';
import { demandSignals } from './demand.ts';
import { messageSignals } from './messages.ts';
import { pageViewSignals } from './pageviews.ts';
import { purchaseSignals } from './purchases.ts';
import { rfmSignals } from './rfm.ts';
import { rhythmSignals } from './rhythm.ts';
import { searchSignals } from './search.ts';
import { seasonSignals } from './season.ts';
import { surroundingSignals } from './surroundings.ts';
import { visitSignals } from './visiting.ts';

export const signals: readonly Signal[] = [
  ...pageViewSignals,
  ...visitSignals,
  ...contentSignals,
  ...searchSignals,
  ...cartSignals,
  ...messageSignals,
  ...purchaseSignals,
  ...rhythmSignals,
  ...rfmSignals,
  ...affinitySignals,
  ...demandSignals,
  ...contextSignals,
  ...seasonSignals,
  ...surroundingSignals,
];
